terraform {
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
