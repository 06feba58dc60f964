data "x_dds_restorable_collections" "app" {
  instance_id  = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_time = "2020-12-12T08:49:15Z"
  database     = "app"
}

# Restores every collection that the database had at that moment.
resource "x_dds_collection_restore" "app" {
  instance_id         = data.x_dds_restorable_collections.app.instance_id
  restore_collections = data.x_dds_restorable_collections.app.restore_collections
}
