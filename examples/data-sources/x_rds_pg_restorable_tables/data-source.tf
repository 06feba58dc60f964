data "x_rds_pg_restorable_tables" "orders" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"
  name_regex   = "^shop\\.public\\.order"
}

# Restores all of them: orders and order_items.
resource "x_rds_pg_table_pitr" "orders" {
  instance_id  = data.x_rds_pg_restorable_tables.orders.instance_id
  restore_time = data.x_rds_pg_restorable_tables.orders.restore_time
  databases    = data.x_rds_pg_restorable_tables.orders.databases
}
