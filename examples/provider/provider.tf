terraform {
  required_providers {
    x = {
      source = "registry.terraform.io/x-restore/x"
    }
  }
}

# Credentials come from HW_ACCESS_KEY and HW_SECRET_KEY. For Open Telekom Cloud, add: cloud = "otc.t-systems.com"
provider "x" {
  region = "eu-west-101"
}
