resource "x_dws_table_restore" "sales" {
  snapshot_id    = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database       = "postgres"
  case_sensitive = true

  # Tables belong to targets by position. A target that exists is overwritten.
  restore_table_list = [{ schema_name = "public", table_name = "sales" }]
  target_table_list  = [{ schema_name = "public", table_name = "sales_before" }]
  triggers           = { drill = "monday" }
  timeouts           = { create = "4h" }
  on_timeout         = "detach"
}
resource "terraform_data" "dependant" {
  input = x_dws_table_restore.sales.status
}
