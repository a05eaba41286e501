//! `format`, verb by verb.

use super::check;

#[test]
fn format_follows_terraform() {
    check(&[
        (r#"format("%s|%d|%v|%q|%t","a",5,1.5,"x\"y",true)"#, r#""a|5|1.5|\"x\\\"y\"|true""#),
        (
            r#"format("%5s|%-5s|%05d|%+d|%x|%X|%o|%b","a","b",42,42,255,255,8,5)"#,
            r#""    a|b    |00042|+42|ff|FF|10|101""#,
        ),
        (
            r#"format("%f|%.2f|%8.3f|%e|%g|%E|%G",1.5,1.239,3.14159,12345.678,0.00001234,1.5,1e20)"#,
            r#""1.500000|1.24|   3.142|1.234568e+04|1.234e-05|1.500000E+00|1E+20""#,
        ),
        (r#"format("%%")"#, r#""%""#),
        (
            r#"format("%z",1)"#,
            r#"error: «"%z"» wrong `format` for `format`: there is no verb `%z`"#,
        ),
        (r#"format("%s")"#, r#"error: «"%s"» wrong `format` for `format`: `%s` has no argument"#),
        (
            r#"format("%s","a","b")"#,
            r#"error: «format("%s","a","b")» `format` failed: there are 2 values, and 1 used"#,
        ),
        (
            r#"format("%d","x")"#,
            r#"error: «"x"» wrong `args` for `format`: `%d` needs a number, not a string"#,
        ),
        (r#"format("%d","12")"#, r#""12""#),
        (
            r#"format("%d",1.5)"#,
            "error: «1.5» wrong `args` for `format`: `%d` needs a number without fraction",
        ),
        (r#"format("%s",1.5)"#, r#""1.5""#),
        (
            r#"format("%s",[1,"a"])"#,
            r#"error: «[1,"a"]» wrong `args` for `format`: `%s` needs a string, not a list"#,
        ),
        (r#"format("%v",{a=1})"#, r#""{\"a\":1}""#),
        (r#"format("%t","true")"#, r#""true""#),
        (
            r#"format("%t","x")"#,
            r#"error: «"x"» wrong `args` for `format`: `%t` needs a bool, not a string"#,
        ),
        (r#"format("%[2]s %[1]s","a","b")"#, r#""b a""#),
        (
            r#"format("%*d",5,1)"#,
            r#"error: «"%*d"» wrong `format` for `format`: there is no verb `%*`"#,
        ),
    ]);
}

#[test]
fn flags_and_widths_follow_terraform() {
    check(&[
        (r#"format("%.3s","abcdef")"#, r#""abc""#),
        (r#"format("%6.3s|","añcdef")"#, r#""   añc|""#),
        (
            r#"format("%x","hello")"#,
            r#"error: «"hello"» wrong `args` for `format`: `%x` needs a number, not a string"#,
        ),
        (r#"format("%q",5)"#, r#""\"5\"""#),
        (r#"format("% d",5)"#, r#"" 5""#),
        (r#"format("%#x",255)"#, r#""0xff""#),
        (r#"format("%#v","a")"#, r#""\"a\"""#),
        (r#"format("%v","a")"#, r#""a""#),
        (r#"format("%v",true)"#, r#""true""#),
        (r#"format("%.1f","2.25")"#, r#""2.2""#),
        (r#"format("%.0f",2.5)"#, r#""2""#),
        (r#"format("%g",100000)"#, r#""100000""#),
        (r#"format("%g",1234567)"#, r#""1.234567e+06""#),
        (r#"format("%g",21000000)"#, r#""2.1e+07""#),
        (r#"format("%g",1e21)"#, r#""1e+21""#),
        (r#"format("%g",0.0001)"#, r#""0.0001""#),
        (r#"format("%e",0)"#, r#""0.000000e+00""#),
        (r#"format("%s",true)"#, r#""true""#),
        (r#"format("%08.2f",-1.5)"#, r#""-0001.50""#),
        (r#"format("%-8d|",5)"#, r#""5       |""#),
        (r#"format("%+.1e",12345)"#, r#""+1.2e+04""#),
        (r#"format("%f",1)"#, r#""1.000000""#),
        (r#"format("%v",1e21)"#, r#""1e+21""#),
        (r#"format("%v",0.000001)"#, r#""1e-06""#),
        (r#"format("%5t|",true)"#, r#""true|""#),
        (r#"format("%x",-255)"#, r#""-ff""#),
        (r#"format("%d",12345678901234567890123)"#, r#""12345678901234567890123""#),
        (r#"format("%5q|","a")"#, r#""  \"a\"|""#),
        (
            r#"format("%!","a")"#,
            r#"error: «"%!"» wrong `format` for `format`: there is no verb `%!`"#,
        ),
        (
            r#"format("%","a")"#,
            r#"error: «"%"» wrong `format` for `format`: it ends in an unfinished verb"#,
        ),
        (
            r#"format("%X","hi")"#,
            r#"error: «"hi"» wrong `args` for `format`: `%X` needs a number, not a string"#,
        ),
        (
            r#"format("%c",65)"#,
            r#"error: «"%c"» wrong `format` for `format`: there is no verb `%c`"#,
        ),
        (
            r#"format("%U",65)"#,
            r#"error: «"%U"» wrong `format` for `format`: there is no verb `%U`"#,
        ),
        (r#"format("%10.4v|","abcdefgh")"#, r#""  abcdefgh|""#),
        (r#"format("%b",-5)"#, r#""-101""#),
        (r#"format("%o",-8)"#, r#""-10""#),
        ("format(5)", r#""5""#),
        (r#"format("%s", "é\u0301")"#, r#""é\u{301}""#),
    ]);
}
