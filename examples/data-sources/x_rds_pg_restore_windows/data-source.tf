data "x_rds_pg_restore_windows" "orders" {
  instance_id = "df29b535eec64ee1b286bd2c62871a9cin03"
}

# Every plan warns as long as the backups lag behind.
check "backups" {
  assert {
    condition     = timecmp(data.x_rds_pg_restore_windows.orders.latest, timeadd(plantimestamp(), "-1h")) > 0
    error_message = "More than an hour would be lost: the newest moment is ${data.x_rds_pg_restore_windows.orders.latest}."
  }
}
