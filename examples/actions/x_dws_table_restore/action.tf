action "x_dws_table_restore" "sales" {
  config {
    snapshot_id    = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
    database       = "postgres"
    case_sensitive = true

    # Each table goes to the target at the same position. The plan rejects a target that exists without allow_overwrite = true.
    restore_table_list = [{ schema_name = "public", table_name = "sales" }]
    target_table_list  = [{ schema_name = "public", table_name = "sales_before" }]
  }
}
