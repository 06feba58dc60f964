locals {
  migration = "2020-12-12T08:49:15Z"
}

data "x_dds_restore_windows" "migration" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  from        = timeadd(local.migration, "-24h")
  to          = timeadd(local.migration, "24h")
}

output "migration_can_be_undone" {
  value = anytrue([
    for window in data.x_dds_restore_windows.migration.windows :
    window.start_ms <= provider::x::epoch_ms(local.migration) && provider::x::epoch_ms(local.migration) <= window.end_ms
  ])
}
