terraform {
  required_providers {
    x = {
      source = "registry.terraform.io/x-restore/x"
    }
  }
}

variable "endpoints" {
  description = "The addresses of the services. `make demo` sets it to the stand-in cloud that it starts."
  type        = map(string)
  default     = null
}

# Region and credentials come from HW_REGION_NAME, HW_ACCESS_KEY and HW_SECRET_KEY.
provider "x" {
  endpoints = var.endpoints
}

variable "incident" {
  description = "Whether to restore one more table."
  type        = bool
  default     = false
}

resource "x_rds_pg_table_pitr" "orders" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "latest"

  databases = [{
    database = "shop"
    schemas = [{
      schema = "public"
      tables = [
        { old_name = "orders" },
        { old_name = "customers", new_name = "customers_before" },
      ]
    }]
  }]
}

resource "x_dds_collection_restore" "carts" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"

  restore_collections = [{
    database = "app"
    collections = [
      { old_name = "carts", new_name = "carts_before", restore_collection_time = "latest" },
    ]
  }]
}

resource "x_dws_table_restore" "sales" {
  snapshot_id    = "2a4d0f86-67cd-408a-8b66-017454fb7793"
  database       = "postgres"
  case_sensitive = true

  restore_table_list = [{ schema_name = "public", table_name = "sales" }]
  target_table_list  = [{ schema_name = "public", table_name = "sales_before" }]
}

# `make demo` interrupts this fourth restore.
resource "x_rds_pg_table_pitr" "incident" {
  count        = var.incident ? 1 : 0
  instance_id  = "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03"
  restore_time = "latest"

  databases = [{
    database = "shop"
    schemas  = [{ schema = "public", tables = [{ old_name = "order_items" }] }]
  }]
}

locals {
  restores = merge(
    { orders = x_rds_pg_table_pitr.orders, carts = x_dds_collection_restore.carts, sales = x_dws_table_restore.sales },
    { for restore in x_rds_pg_table_pitr.incident : "incident" => restore },
  )
}

output "evidence" {
  value = {
    for name, restore in local.restores : name => {
      job_id             = restore.job_id
      status             = restore.status
      restored_to        = restore.restored_to
      duration_seconds   = restore.duration_seconds
      data_age_seconds   = restore.data_age_seconds
      restored_objects   = restore.restored_objects
      cleanup_statements = restore.cleanup_statements
    }
  }
}
