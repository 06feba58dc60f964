action "x_rds_pg_table_pitr" "orders" {
  config {
    instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
    restore_time = "2023-07-05T11:32:17Z"

    databases = [{
      database = "shop"
      schemas = [{
        schema = "public"
        tables = [
          { old_name = "orders" }, # restored as orders_1688556737000
          { old_name = "customers", new_name = "customers_before" },
        ]
      }]
    }]
  }
}
