variable "instance_id" {
  description = "The RDS for PostgreSQL instance."
  type        = string
  default     = "df29b535eec64ee1b286bd2c62871a9cin03"
}

variable "restore_time" {
  type    = string
  default = "2023-07-05T11:32:17Z"
}

variable "wait" {
  description = "How long this apply waits for the restore."
  type        = string
  default     = "3h"
}

resource "x_rds_pg_table_pitr" "orders" {
  instance_id  = var.instance_id
  restore_time = var.restore_time

  databases = [{
    database = "shop"
    schemas = [{
      schema = "public"
      tables = [{ old_name = "orders", new_name = "orders_before" }]
    }]
  }]

  on_timeout = "detach" # at the timeout the apply only warns, and the next apply waits for the same job
  timeouts   = { create = var.wait, update = var.wait }
}

output "restore" {
  value = {
    job_id   = x_rds_pg_table_pitr.orders.job_id
    status   = x_rds_pg_table_pitr.orders.status
    restored = x_rds_pg_table_pitr.orders.restored_objects # null until an apply has seen the restore complete
  }
}
