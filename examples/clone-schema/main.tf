variable "instance_id" {
  description = "The RDS for PostgreSQL instance."
  type        = string
  default     = "df29b535eec64ee1b286bd2c62871a9cin03"
}

variable "restore_time" {
  description = "The moment that the schema is cloned from. With latest, a table that comes or goes later makes the next plan clone again."
  type        = string
  default     = "2023-07-05T11:32:17Z"
}

variable "database" {
  type    = string
  default = "shop"
}

variable "schema" {
  type    = string
  default = "public"
}

variable "exclude" {
  description = "Tables to leave out."
  type        = set(string)
  default     = []
}

variable "suffix" {
  description = "The suffix of the clones' names."
  type        = string
  default     = "_clone"
}

data "x_rds_pg_restorable_tables" "then" {
  instance_id        = var.instance_id
  restore_time       = var.restore_time
  database_name_like = var.database
}

locals {
  tables = [
    for table in data.x_rds_pg_restorable_tables.then.tables : table.table
    if table.database == var.database && table.schema == var.schema
    && !contains(var.exclude, table.table) && !endswith(table.table, var.suffix) # clones are not cloned
  ]
}

resource "x_rds_pg_table_pitr" "clone" {
  instance_id  = var.instance_id
  restore_time = var.restore_time

  databases = [{
    database = var.database
    schemas = [{
      schema = var.schema
      tables = [for table in local.tables : { old_name = table, new_name = "${table}${var.suffix}" }]
    }]
  }]
}

output "clones" {
  description = "The new name of each table."
  value       = { for table in x_rds_pg_table_pitr.clone.databases[0].schemas[0].tables : table.old_name => table.new_name }
}
