# 1688556737000
output "epoch_ms" {
  value = provider::x::epoch_ms("2023-07-05T13:32:17+02:00")
}
