terraform {
  required_providers {
    x = {
      source = "registry.terraform.io/x-restore/x"
    }
  }
}

variable "endpoints" {
  description = "Where the services listen. `make demo` sets it to the stand-in cloud that it starts."
  type        = map(string)
  default     = null
}

# Region and credentials come from HW_REGION_NAME, HW_ACCESS_KEY and HW_SECRET_KEY.
provider "x" {
  endpoints = var.endpoints
}

resource "x_rds_pg_table_pitr" "orders" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"

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
      { old_name = "carts", new_name = "carts_before", restore_collection_time = "2020-12-12T08:49:15Z" },
      { old_name = "sessions", restore_collection_time = "2020-12-12T08:49:15Z" },
    ]
  }]
}

resource "x_dws_table_restore" "sales" {
  snapshot_id    = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database       = "postgres"
  case_sensitive = true

  restore_table_list = [
    { schema_name = "public", table_name = "sales" },
    { schema_name = "public", table_name = "stores" },
  ]
  target_table_list = [
    { schema_name = "public", table_name = "sales_before" },
    { schema_name = "public", table_name = "stores_before" },
  ]
}

output "jobs" {
  value = {
    rds = x_rds_pg_table_pitr.orders.job_id
    dds = x_dds_collection_restore.carts.job_id
    dws = x_dws_table_restore.sales.job_id
  }
}
