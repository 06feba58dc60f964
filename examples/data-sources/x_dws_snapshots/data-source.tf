data "x_dws_snapshots" "sales" {
  cluster_id = "7d85f602-a948-4a30-afd4-e84f47471c15"
  status     = "AVAILABLE"
}

resource "x_dws_table_restore" "sales" {
  # The newest snapshot that single tables can be restored from.
  snapshot_id    = [for s in data.x_dws_snapshots.sales.snapshots : s.id if s.fine_grained_backup == true][0]
  database       = "postgres"
  case_sensitive = true

  restore_table_list = [{ schema_name = "public", table_name = "sales" }]
  target_table_list  = [{ schema_name = "public", table_name = "sales_before" }]

  lifecycle {
    ignore_changes = [snapshot_id] # without this, the next snapshot causes another restore
  }
}
