terraform {
  required_version = ">= 1.14" # earlier versions and OpenTofu have no actions
  required_providers {
    x = {
      source = "registry.terraform.io/x-restore/x"
    }
  }
}

variable "endpoints" {
  description = "Addresses of the services that differ from the usual ones."
  type        = map(string)
  default     = null
}

# Region and credentials come from HW_REGION_NAME, HW_ACCESS_KEY and HW_SECRET_KEY.
provider "x" {
  endpoints = var.endpoints
}

variable "instance_id" {
  description = "The RDS for PostgreSQL instance."
  type        = string
  default     = "df29b535eec64ee1b286bd2c62871a9cin03"
}

variable "restore_time" {
  description = "The moment before the incident: RFC 3339 with any offset, epoch milliseconds, or latest."
  type        = string
  default     = "latest"
}

variable "tables" {
  description = "The tables to bring back, as database.schema.table. Each comes back beside the present one, as TABLE_MILLISECONDS."
  type        = set(string)
  default     = ["shop.public.orders"]
}

variable "job_id" {
  description = "The job of an interrupted restore, to query."
  type        = string
  default     = null
}

locals {
  tables = [for table in var.tables : zipmap(["database", "schema", "table"], split(".", table))]
}

action "x_rds_pg_table_pitr" "now" {
  config {
    instance_id  = var.instance_id
    restore_time = var.restore_time

    databases = [for database in toset(local.tables[*].database) : {
      database = database
      schemas = [for schema in toset([for table in local.tables : table.schema if table.database == database]) : {
        schema = schema
        tables = [for table in local.tables : { old_name = table.table } if table.database == database && table.schema == schema]
      }]
    }]
  }
}

data "x_restore_job" "interrupted" {
  count   = var.job_id == null ? 0 : 1
  service = "rds"
  job_id  = var.job_id
}

output "job" {
  value = one(data.x_restore_job.interrupted)
}
