//! Heredocs: lines, indentation, and `~` markers. All values are Terraform's.

use super::{run, shown};
use crate::config::lang::Value;

#[test]
fn heredocs_follow_terraform() {
    for (text, expected) in [
        ("<<EOT\na\n  b\nEOT", "a\n  b\n"),
        ("<<-EOT\n    a\n      b\n    EOT", "a\n  b\n"),
        ("<<-EOT\n    a\n\n      b ${1}\n  EOT", "a\n\n  b 1\n"),
        ("<<EOT\na\n\n  ${~ 1 ~}\n\nb\nEOT", "a\n\n1\nb\n"),
        ("<<EOT\n%{ for x in [1,2] ~}\n- ${x}\n%{ endfor ~}\nend\nEOT", "- 1\n- 2\nend\n"),
        ("<<EOT\na\\nb $${x}\nEOT", "a\\nb ${x}\n"),
        ("<<-EOT\n    %{ if true }\n    yes\n    %{ endif }\n    EOT", "\nyes\n\n"),
        ("<<-EOT\n    ${1}\n      b\n    EOT", "1\n  b\n"),
        ("<<-EOT\n\n    a\n  \n    b\n    EOT", "\na\n  \nb\n"),
        ("<<EOT\nEOT", ""),
        ("<<-EOT\n    a ${1}\n  b ${2} c\n    d\n    EOT", "  a 1\nb 2 c\n  d\n"),
        (
            "<<EOT\n  a ~\n  %{~ if true }x%{ else ~}\n y\n%{~ endif ~}\n\n  z\nEOT",
            "  a ~\nx\n  z\n",
        ),
        ("<<-EOT\n\ta\n\t\tb\n\tEOT", "a\n\tb\n"),
        ("<<-EOT\n  %{ for x in [1] ~}\n    ${x}\n  %{ endfor ~}\n  end\n  EOT", "    1\n  end\n"),
        ("<<EOT\n${1}\nEOT", "1\n"),
        ("<<EOT\n\n\n  %{ if false }no%{ endif ~}\n\n\n x\nEOT", "\n\n  \n\n x\n"),
    ] {
        assert_eq!(run(text), shown(&Value::text(expected)), "{text}");
    }
}
