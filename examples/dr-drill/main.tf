locals {
  # plantimestamp() differs in every plan. The Monday of its week does not, so a second apply in a week has nothing to do.
  moment  = coalesce(var.week, plantimestamp())
  weekday = index(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], formatdate("EEE", local.moment))
  monday  = timeadd(local.moment, "-${24 * local.weekday}h")
  week    = formatdate("YYYY-MM-DD", local.monday)

  # A restore fails if a name is taken, and the tables of the last drill stay until somebody drops them.
  new_names = { for table in var.tables : table => "${table}_${var.suffix}_${formatdate("YYYYMMDD", local.monday)}" }

  objects = toset([for name in local.new_names : "${var.database}.${var.schema}.${name}"])
}

resource "x_rds_pg_table_pitr" "drill" {
  instance_id  = var.instance_id
  restore_time = "latest"

  databases = [{
    database = var.database
    schemas = [{
      schema = var.schema
      tables = [for old_name, new_name in local.new_names : { old_name = old_name, new_name = new_name }]
    }]
  }]

  triggers = { week = local.week }
}

locals {
  # Until an apply has seen the restore end, these attributes are null, and a null does not pass.
  passed = {
    duration = try(x_rds_pg_table_pitr.drill.duration_seconds <= var.maximum_duration_seconds, false)
    data_age = try(x_rds_pg_table_pitr.drill.data_age_seconds <= var.maximum_data_age_seconds, false)
    objects  = toset(x_rds_pg_table_pitr.drill.restored_objects) == local.objects
  }
}

check "duration" {
  assert {
    condition     = local.passed.duration
    error_message = "The restore took ${coalesce(x_rds_pg_table_pitr.drill.duration_seconds, "?")} s; at most ${var.maximum_duration_seconds} s are allowed."
  }
}

check "data_age" {
  assert {
    condition     = local.passed.data_age
    error_message = "The restored data was ${coalesce(x_rds_pg_table_pitr.drill.data_age_seconds, "?")} s old; at most ${var.maximum_data_age_seconds} s are allowed."
  }
}

check "objects" {
  assert {
    condition     = local.passed.objects
    error_message = "The drill restored ${join(", ", coalesce(x_rds_pg_table_pitr.drill.restored_objects, ["?"]))}, and not ${join(", ", local.objects)}."
  }
}

output "evidence" {
  description = "The evidence of the drill, as one JSON object."
  value = jsonencode({
    passed                   = alltrue(values(local.passed))
    week                     = local.week
    instance_id              = var.instance_id
    job_id                   = x_rds_pg_table_pitr.drill.job_id
    restored_to              = x_rds_pg_table_pitr.drill.restored_to
    submitted_at             = x_rds_pg_table_pitr.drill.submitted_at
    started_at               = x_rds_pg_table_pitr.drill.started_at
    finished_at              = x_rds_pg_table_pitr.drill.finished_at
    duration_seconds         = x_rds_pg_table_pitr.drill.duration_seconds
    maximum_duration_seconds = var.maximum_duration_seconds
    data_age_seconds         = x_rds_pg_table_pitr.drill.data_age_seconds
    maximum_data_age_seconds = var.maximum_data_age_seconds
    restored_objects         = x_rds_pg_table_pitr.drill.restored_objects
    cleanup_statements       = x_rds_pg_table_pitr.drill.cleanup_statements
  })
}

output "cleanup" {
  description = "The statements that drop what the drill has restored. Only you run them."
  value       = join("", [for statement in coalesce(x_rds_pg_table_pitr.drill.cleanup_statements, []) : "${statement}\n"])
}
