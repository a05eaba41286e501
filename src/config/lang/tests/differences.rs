//! Where Enroll differs from Terraform on purpose.
//!
//! Division by zero is an error, numbers are exact or refused, a tuple is a list and an object a
//! map, branches of a conditional keep their types, and `format` refuses `null`.

use super::check;

#[test]
fn what_differs_stays_so() {
    check(&[
        ("range(1,2,0.3)", "[1, 1.3, 1.6, 1.9]"),
        ("tonumber(\"-0\")", "0"),
        ("(1/3)*3", "0.9999999999999999999999999999"),
        (r#"title("a b-c o'neil x_y 1a élan ǆ")"#, r#""A B-C O'Neil X_y 1a Élan Ǆ""#),
        (
            r#"regex("z","ab")"#,
            r#"error: «"ab"» wrong `string` for `regex`: the pattern does not match any part of it"#,
        ),
        ("try(1/0,2)", "2"),
        (
            "try(1/0)",
            "error: «try(1/0)» no argument of `try` can be evaluated: the last says: division by zero",
        ),
        ("can(1/0)", "false"),
        (
            r#"element(["a","b"],-1)"#,
            "error: «-1» wrong `index` for `element`: it is -1; the first item is 0",
        ),
        (
            r#"jsondecode("[1, {\"n\": 123456789012345678901234567890}]")"#,
            r#"error: «"[1, {\"n\": 123456789012345678901234567890}]"» wrong `str` for `jsondecode`: a number can't be held exactly; write it as text in `n` at line 1 column 11"#,
        ),
        (
            r#"format("%v",null)"#,
            "error: «null» wrong `args` for `format`: `%v` needs a value, not null",
        ),
        (
            r#"format("%s",null)"#,
            "error: «null» wrong `args` for `format`: `%s` needs a string, not null",
        ),
        (
            r#"format("%d",null)"#,
            "error: «null» wrong `args` for `format`: `%d` needs a number, not null",
        ),
        (
            r#"format("%5d|%5v|",null,null)"#,
            "error: «null» wrong `args` for `format`: `%d` needs a number, not null",
        ),
        (r#"true ? 1 : "a""#, "1"),
        ("true ? [1] : {a=1}", "[1]"),
        (r#"true ? [1] : ["a","b"]"#, "[1]"),
        ("1/0", "error: «1/0» division by zero"),
        ("1%0", "error: «1%0» division by zero"),
        (r#"tolist(["a"]) == ["a"]"#, "true"),
        (
            "12345678901234567890123456789012345",
            "compile: «12345678901234567890123456789012345» this number can't be held exactly: numbers have at most 28 digits (write it as text, in quotes)",
        ),
    ]);
}
