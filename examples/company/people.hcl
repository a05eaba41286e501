# Accounts that are in no HR system.

user "events" {
  user_name    = "events@${var.domain}"
  given_name   = "Town"
  family_name  = "Hall"
  display_name = "${title("town hall")} (${var.domain})"
  user_type    = "Licensed"
  custom       = { owner = "communications" } # for filters and mappings; never sent
}

rule "service-accounts" {
  connection      = connection.prod
  users           = [user.events]
  prevent_removal = true
}

# Everybody else comes from HR's export, one row each.
directory "hr" {
  csv = "people.csv"
  key = "employee_id" # who somebody is; an address may change, this may not
}
