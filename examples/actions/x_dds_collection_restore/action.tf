action "x_dds_collection_restore" "before_migration" {
  config {
    instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"

    restore_collections = [
      {
        database = "app"
        collections = [
          { old_name = "carts", new_name = "carts_before", restore_collection_time = "2020-12-12T08:49:15Z" },
          { old_name = "sessions", new_name = "sessions_before", restore_collection_time = "2020-12-12T09:49:15+01:00" },
        ]
      },
      {
        database              = "test"
        restore_database_time = "1607762955000"
      },
    ]
  }
}
