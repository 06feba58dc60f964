resource "x_dds_collection_restore" "before_migration" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"

  restore_collections = [
    # Two collections of one database, each to its own moment ...
    {
      database = "app"
      collections = [
        { old_name = "carts", new_name = "carts_before", restore_collection_time = "2020-12-12T08:49:15Z" },
        { old_name = "sessions", new_name = "sessions_before", restore_collection_time = "2020-12-12T09:49:15+01:00" },
      ]
    },
    # ... and all collections of another database.
    {
      database              = "test"
      restore_database_time = "1607762955000"
    },
  ]
}
