# "orders_1688556737000"
output "restored_name" {
  value = provider::x::restored_name("orders", "2023-07-05T11:32:17Z")
}
