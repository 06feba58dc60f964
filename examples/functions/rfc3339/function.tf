# "2023-07-05T11:32:17Z"
output "rfc3339" {
  value = provider::x::rfc3339(1688556737000)
}
