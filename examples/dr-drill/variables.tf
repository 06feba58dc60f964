variable "instance_id" {
  description = "The RDS for PostgreSQL instance."
  type        = string
  default     = "df29b535eec64ee1b286bd2c62871a9cin03"
}

variable "database" {
  type    = string
  default = "shop"
}

variable "schema" {
  type    = string
  default = "public"
}

variable "tables" {
  description = "The tables to restore."
  type        = set(string)
  default     = ["customers", "orders"]
}

variable "week" {
  description = "Any moment of the week of the drill, as RFC 3339. By default this week."
  type        = string
  default     = null
}

variable "suffix" {
  description = "The part of a restored table's name between the table's name and the week."
  type        = string
  default     = "drill"
}

variable "maximum_duration_seconds" {
  description = "How long the restore may take, from its submission to its end."
  type        = number
  default     = 3600
}

variable "maximum_data_age_seconds" {
  description = "How old the restored data may be when the restore is submitted."
  type        = number
  default     = 900
}
