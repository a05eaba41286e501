//! Terraform's names for what Enroll has under another one.

/// The way out for who writes a block of Terraform's.
pub(super) fn block(name: &str) -> Option<&'static str> {
    Some(match name {
        "resource" => {
            "Enroll declares a person with `user \"NAME\" { … }` and assigns people with `rule \"NAME\" { … }`"
        }
        "provider" => "Enroll declares a service with `connection \"NAME\" { … }`",
        "terraform" => "Enroll's settings stand in `enroll { … }`",
        "data" => "Enroll reads people from a file with `directory \"NAME\" { … }`",
        "module" => {
            "Enroll has no modules: all `*.hcl` files of the folder are one configuration; people come from a `directory`"
        }
        "output" => {
            "Enroll has no outputs: `enroll plan --format json` and `enroll show` print everything"
        }
        "import" => {
            "an account that is there already is adopted by its address: ask for that `user_name`, and the next `enroll apply` takes it over; a record that goes by another key now is moved by a `moved` block"
        }
        "lifecycle" => {
            "in a rule, `ignore_changes` and `prevent_removal` are arguments of their own; `guard` protects a connection's accounts; in `removed`, `destroy` is the argument `deprovision`"
        }
        "local" => "values are declared in `locals { … }`",
        "variables" => "each variable has a block of its own: `variable \"NAME\" { … }`",
        "check" | "validation" | "precondition" | "postcondition" => {
            "Enroll has no checks of one's own; `domains` and `guard` of a connection bound what a plan may do"
        }
        "dynamic" => "a rule takes many people from a `directory`; there are no dynamic blocks",
        "backend" => "`backend \"KIND\" { … }` stands in `enroll { … }`",
        "cloud" | "required_providers" => {
            "Enroll keeps its state in `enroll.state.json`, or where `backend` in `enroll { … }` says"
        }
        _ => return None,
    })
}

/// The way out for who writes an argument of Terraform's.
pub(super) fn argument(name: &str) -> Option<&'static str> {
    Some(match name {
        "for_each" | "count" => {
            "Enroll repeats nothing: a rule takes many people from a `directory` with a `filter`"
        }
        "prevent_destroy" => {
            "Enroll's name is `prevent_removal` in a rule, or `protect` in a connection's `guard`"
        }
        "depends_on" => "Enroll orders the steps of a plan by itself",
        "provider" => "Enroll's name is `connection`, in a rule",
        "source" => "a directory names its file with `csv`, `json` or `jsonl`",
        "create_before_destroy" | "replace_triggered_by" => {
            "Enroll never deletes a person to create them anew"
        }
        "validation" | "nullable" | "ephemeral" => {
            "a variable takes `type`, `default`, `description` and `sensitive`"
        }
        _ => return None,
    })
}
