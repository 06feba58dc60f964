variable "environment" {
  description = "The suffix of the clones' names. Another value clones everything once more."
  type        = string
  default     = "test"
}

variable "moment" {
  description = "The moment that tables and collections are cloned from. latest is the newest that each instance offers."
  type        = string
  default     = "latest"
}

variable "rds" {
  description = "Tables of RDS for PostgreSQL instances."
  type        = map(object({ instance_id = string, database = string, schema = string, tables = set(string) }))
  default = {
    orders = {
      instance_id = "df29b535eec64ee1b286bd2c62871a9cin03"
      database    = "shop"
      schema      = "public"
      tables      = ["customers", "order_items", "orders"]
    }
    staging = {
      instance_id = "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03"
      database    = "shop"
      schema      = "public"
      tables      = ["customers"]
    }
  }
}

variable "dds" {
  description = "Collections of DDS instances."
  type        = map(object({ instance_id = string, database = string, collections = set(string) }))
  default = {
    sessions = {
      instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
      database    = "app"
      collections = ["carts", "sessions"]
    }
  }
}

variable "dws" {
  description = "Tables of DWS snapshots."
  type        = map(object({ snapshot_id = string, database = string, schema = string, tables = set(string) }))
  default = {
    sales = {
      snapshot_id = "2a4d0f86-67cd-408a-8b66-017454fb7793"
      database    = "postgres"
      schema      = "public"
      tables      = ["sales", "stores"]
    }
  }
}

resource "x_rds_pg_table_pitr" "clone" {
  for_each     = var.rds
  instance_id  = each.value.instance_id
  restore_time = var.moment

  databases = [{
    database = each.value.database
    schemas = [{
      schema = each.value.schema
      tables = [for table in each.value.tables : { old_name = table, new_name = "${table}_${var.environment}" }]
    }]
  }]
}

resource "x_dds_collection_restore" "clone" {
  for_each    = var.dds
  instance_id = each.value.instance_id

  restore_collections = [{
    database = each.value.database
    collections = [
      for collection in each.value.collections :
      { old_name = collection, new_name = "${collection}_${var.environment}", restore_collection_time = var.moment }
    ]
  }]
}

resource "x_dws_table_restore" "clone" {
  for_each       = var.dws
  snapshot_id    = each.value.snapshot_id
  database       = each.value.database
  case_sensitive = true

  restore_table_list = [for table in each.value.tables : { schema_name = each.value.schema, table_name = table }]
  target_table_list  = [for table in each.value.tables : { schema_name = each.value.schema, table_name = "${table}_${var.environment}" }]
}

locals {
  clones = merge(
    { for name, clone in x_rds_pg_table_pitr.clone : "rds ${name}" => clone },
    { for name, clone in x_dds_collection_restore.clone : "dds ${name}" => clone },
    { for name, clone in x_dws_table_restore.clone : "dws ${name}" => clone },
  )
}

# What needs the data, such as making it anonymous. Each waits for its own clone.
resource "terraform_data" "anonymised" {
  for_each = local.clones
  input    = each.value.restored_objects
}

# What waits for all of them, such as the deployment of the application under test.
resource "terraform_data" "deployment" {
  input = { for name, step in terraform_data.anonymised : name => step.output }
}

output "cleanup" {
  description = "For each clone, the statements that drop it once the environment is no longer needed."
  value       = { for name, clone in local.clones : name => clone.cleanup_statements }
}
