# The drill with a verdict: it restores again each time, and keeps no state. If a check of main.tf fails, the test fails as well.

variables {
  suffix = "test_${formatdate("hhmmss", timestamp())}" # for names that no other drill of the week has taken
}

run "drill" {
  assert {
    condition     = x_rds_pg_table_pitr.drill.duration_seconds > 0 && x_rds_pg_table_pitr.drill.duration_seconds <= var.maximum_duration_seconds
    error_message = "The restore took ${x_rds_pg_table_pitr.drill.duration_seconds} s."
  }

  assert {
    condition     = x_rds_pg_table_pitr.drill.data_age_seconds > 0 && x_rds_pg_table_pitr.drill.data_age_seconds <= var.maximum_data_age_seconds
    error_message = "The restored data was ${x_rds_pg_table_pitr.drill.data_age_seconds} s old."
  }

  assert {
    condition     = length(local.objects) > 0 && toset(x_rds_pg_table_pitr.drill.restored_objects) == local.objects
    error_message = "The drill restored ${join(", ", x_rds_pg_table_pitr.drill.restored_objects)}."
  }
}
