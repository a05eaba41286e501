# Who gets an account, and what it says. Where several rules select a person, they share the account, and
# the higher precedence decides an attribute that they set to different values.

locals {
  # A status that is not here is an error, not a lock-out.
  status = { active = true, leave = true, left = false }

  locale = {
    Berlin = "de-DE"
    Paris  = "fr-FR"
    Tokyo  = "ja-JP"
  }

  standard = { zoomWhiteboard = true }
  webinars = { zoomWhiteboard = true, zoomEvents = "500" }
}

# Everybody gets a Basic account.
rule "everyone" {
  connection = connection.prod
  directory  = directory.hr

  mapping {
    user_name       = lower(person.email)
    given_name      = trimspace(person.first_name)
    family_name     = trimspace(person.last_name)
    display_name    = "${trimspace(person.first_name)} ${trimspace(person.last_name)}"
    user_type       = "Basic"
    active          = local.status[lower(trimspace(person.status))]
    department      = person.department
    title           = person.title
    employee_number = person.employee_id
    manager         = person.manager != "" ? lower(person.manager) : null
    locale          = lookup(local.locale, person.location, "en-US")
  }

  ignore_changes = ["locale"] # set once; people choose their own later
}

# Partners are told apart by their address, and others see it.
rule "partners" {
  connection = connection.prod
  directory  = directory.hr
  filter     = endswith(lower(person.email), "@partners.${var.domain}")
  precedence = 5

  mapping {
    user_name    = lower(person.email)
    display_name = "${trimspace(person.first_name)} ${trimspace(person.last_name)} (partner)"
  }
}

# Who hosts meetings gets a licence.
rule "hosts" {
  connection = connection.prod
  directory  = directory.hr
  filter     = person.host == "yes"
  precedence = 10

  mapping {
    user_name = lower(person.email)
    user_type = "Licensed"
    licenses  = local.standard
  }
}

# Sales and Marketing hold webinars too.
rule "webinars" {
  connection = connection.prod
  directory  = directory.hr
  filter     = person.host == "yes" && contains(["Sales", "Marketing"], person.department)
  precedence = 20

  mapping {
    user_name = lower(person.email)
    licenses  = local.webinars
  }
}

# Nobody of the board is ever switched off by a spreadsheet.
rule "board" {
  connection      = connection.prod
  directory       = directory.hr
  filter          = startswith(person.title, "Chief ")
  precedence      = 30
  prevent_removal = true

  mapping {
    user_name = lower(person.email)
    user_type = "Licensed"
  }
}
