resource "x_dds_collection_restore" "before_migration" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"

  restore_collections = [{
    database = "app"
    collections = [
      { old_name = "carts", restore_collection_time = "2020-12-12T08:49:15Z" }, # under a name that the service chose
      { old_name = "sessions", new_name = "sessions_before", restore_collection_time = "1607762955000" },
    ]
  }]
  triggers   = { drill = "monday" }
  timeouts   = { create = "4h" }
  on_timeout = "detach"
}
resource "terraform_data" "dependant" {
  input = x_dds_collection_restore.before_migration.status
}
