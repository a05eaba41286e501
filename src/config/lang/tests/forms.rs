//! Every form of expression and every operator.

use super::check;

#[test]
fn paths_and_splats() {
    check(&[
        ("[1,2,3][1]", "2"),
        (
            "[1,2,3][-1]",
            "error: «[-1]» there is no item at this index: the index -1 is negative; the first item is 0",
        ),
        (
            "[1,2,3][3]",
            "error: «[3]» there is no item at this index: the index is 3, and the list has 3 items",
        ),
        (r#"[1,2,3]["1"]"#, "2"),
        (
            r#"[1,2,3]["x"]"#,
            r#"error: «["x"]» the index of a list must be a whole number: it is "x""#,
        ),
        (
            "[1,2,3][1.5]",
            r#"error: «[1.5]» the index of a list must be a whole number: it is "1.5""#,
        ),
        ("[1,2,3].1", "2"),
        ("{a=1}.a", "1"),
        (r#"{a=1}["a"]"#, "1"),
        (
            "{a=1}.b",
            r#"error: «.b» there is no such key: no key "b"; it has `a` (did you mean `a`?)"#,
        ),
        (
            r#"{a=1}["b"]"#,
            r#"error: «["b"]» there is no such key: no key "b"; it has `a` (did you mean `a`?)"#,
        ),
        (
            "{a=1}[1]",
            r#"error: «[1]» there is no such key: no key "1"; it has `a` (did you mean `a`?)"#,
        ),
        (r#"{1="x"}[1]"#, r#""x""#),
        (
            r#"toset(["a"])[0]"#,
            "error: «[0]» a set has no order, so no index (make it a list first: tolist(…)[0])",
        ),
        (r#""abc"[0]"#, "error: «[0]» a string can't be indexed"),
        (r#""abc".x"#, "error: «.x» a string has no attribute `x`"),
        ("null.a", "error: «.a» null has no attribute `a`"),
        ("null[0]", "error: «[0]» null can't be indexed"),
        ("[{a=1},{a=2}][*].a", "[1, 2]"),
        ("[{a=1},{a=2}].*.a", "[1, 2]"),
        (
            "[{a=1},{b=2}][*].a",
            r#"error: «.a» there is no such key: no key "a"; it has `b` (did you mean `b`?)"#,
        ),
        ("{a=1}[*].a", "[1]"),
        ("null[*]", "[]"),
        ("null[*].a", "[]"),
        ("5[*]", "[5]"),
        (r#""x"[*]"#, r#"["x"]"#),
        (r#"toset(["b","a"])[*]"#, r#"["a", "b"]"#),
        ("[[1,2],[3]][*][0]", "[1, 3]"),
        ("[[1,2],[3]].*.0", "[1, 3]"),
        ("[{a=[1,2]},{a=[3]}].*.a[0]", "[1, 2]"),
        ("[{a=[1,2]},{a=[3]}][*].a[0]", "[1, 3]"),
        ("[[{a=1}],[{a=2}]][*][*].a", "[[1], [2]]"),
    ]);
}

#[test]
fn loops_objects() {
    check(&[
        ("[for x in [1,2,3] : x*2 if x>1]", "[4, 6]"),
        (r#"[for i,x in ["a","b"] : "${i}${x}"]"#, r#"["0a", "1b"]"#),
        (r#"[for k,v in {a=1} : "${k}${v}"]"#, r#"["a1"]"#),
        (r#"{for x in ["a","b"] : x => upper(x)}"#, r#"{a="A", b="B"}"#),
        (
            r#"{for x in ["a","a"] : x => 1}"#,
            r#"error: «x» two items yield the same key: the key "a" comes twice (write `...` after the value to collect all values of a key in a list)"#,
        ),
        (r#"{for x in ["a","a"] : x => 1...}"#, "{a=[1, 1]}"),
        ("{for x in [1,2] : x => x}", "{1=1, 2=2}"),
        ("{for x in [null] : x => 1}", "error: «x» the key needs a string, not null"),
        ("{for x in [[1]] : x => 1}", "error: «x» the key needs a string, not a list"),
        (
            r#"[for x in "abc" : x]"#,
            r#"error: «"abc"» `for` runs over a list, a set or a map, not a string"#,
        ),
        ("[for x in null : x]", "error: «null» `for` runs over a list, a set or a map, not null"),
        ("[for x in [1] : x if null]", "error: «null» `if` needs a bool, not null"),
        (
            r#"[for x in [1] : x if "yes"]"#,
            r#"error: «"yes"» `if` needs a bool, not a string: "yes" is not a bool"#,
        ),
        (r#"[for x in toset(["b","a"]) : x]"#, r#"["a", "b"]"#),
        (r#"[for k,x in toset(["b","a"]) : k]"#, r#"["a", "b"]"#),
        ("{(null)=1}", "error: «null» the key needs a string, not null"),
        ("{([1])=1}", "error: «[1]» the key needs a string, not a list"),
        (r#"{a=1,"a"=2}"#, "{a=2}"),
        (r#"{"${"x"}y"=1}"#, "{xy=1}"),
        ("{1=2}", "{1=2}"),
        ("{true=2,null=3}", "{null=3, true=2}"),
        (
            "{a.b=1}",
            "compile: «a.b» a key with dots is ambiguous (in quotes it is text; in parentheses it is a reference)",
        ),
    ]);
}

#[test]
fn operators_and_names() {
    check(&[
        ("null ? 1 : 2", "error: «null» the condition of `? :` needs a bool, not null"),
        (
            r#""x" ? 1 : 2"#,
            r#"error: «"x"» the condition of `? :` needs a bool, not a string: "x" is not a bool"#,
        ),
        ("true ? {a=1} : {b=2}", "{a=1}"),
        ("false ? 1/0 : 2", "2"),
        ("false && (1/0 > 0)", "false"),
        ("true || (1/0 > 0)", "true"),
        ("true && null", "error: «null» `&&` needs a bool, not null"),
        ("null || true", "error: «null» `||` needs a bool, not null"),
        ("!null", "error: «null» `!` needs a bool, not null"),
        (r#"-"5""#, "-5"),
        (r#"-"x""#, r#"error: «"x"» `-` needs a number, not a string: "x" is not a number"#),
        ("-null", "error: «null» `-` needs a number, not null"),
        ("5.5%2", "1.5"),
        (r#""a"+1"#, r#"error: «"a"» `+` needs a number, not a string: "a" is not a number"#),
        ("1 < null", "error: «null» `<` needs a number, not null"),
        ("[1]<[2]", "error: «[1]» `<` needs a number, not a list"),
        ("1 == null", "false"),
        ("{a=1} == {a=1}", "true"),
        (r#"toset(["a"]) == ["a"]"#, "false"),
        ("[for x in [{a=1}] : x.a]", "[1]"),
        (
            "foo",
            r#"compile: «foo» there is no `foo` here (if text is meant, write it in quotes: "foo")"#,
        ),
        ("var", "compile: «var» `var` needs a name after it: var.NAME"),
        ("local", "compile: «local» `local` needs a name after it: local.NAME"),
        (
            "each.key",
            "compile: «each» there is no `each` here (in a rule, the person at hand is `person`)",
        ),
        (
            "foo.bar",
            "compile: «foo» there is no `foo` here (a reference starts with one of `var`, `local`, `user`, `person`, `connection`, `directory`)",
        ),
        ("5.a", "error: «.a» a number has no attribute `a`"),
        ("[1,2,3,]", "[1, 2, 3]"),
        ("{a:1,b:2}", "{a=1, b=2}"),
        ("1 == 1 == true", "true"),
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("!true == false", "true"),
        ("-2 * 3", "-6"),
        ("(1 > 2) ? 1 : 2 > 1 ? 3 : 4", "3"),
        (r#"upper("a"...)"#, r#"error: «"a"» `...` needs a list or a set, not a string"#),
        ("max([]...)", "error: «max([]...)» `max` failed: it needs at least one number"),
        ("max([1,2]...)", "2"),
        ("max(1, toset([2,5])...)", "5"),
        (
            r#"a::b("x")"#,
            r#"compile: «a::b("x")» functions have no namespace here (Enroll has no providers, so there are none of their functions)"#,
        ),
        ("0.1+0.2", "0.3"),
        ("18446744073709551616", "18446744073709551616"),
        ("length([1,2,3][*])", "3"),
        ("{a=null}.a", "null"),
        ("[null][0]", "null"),
    ]);
}

#[test]
fn templates_and_the_rest() {
    check(&[
        (r#"1 != "1""#, "true"),
        (r#"true == "true""#, "false"),
        (r#""${true}" == "true""#, "false"),
        (r#""a${1}b${true}c${1.50}""#, r#""a1btruec1.5""#),
        (r#""%{ if true }yes%{ else }no%{ endif }""#, r#""yes""#),
        (r#""%{ if null }yes%{ endif }""#, "error: «null» %{ if } needs a bool, not null"),
        (r#""%{ for x in [1,2] }${x},%{ endfor }""#, r#""1,2,""#),
        (r#""%{ for i, x in ["a"] }${i}${x}%{ endfor }""#, r#""0a""#),
        (r#""a  ${~ 1 ~}  b""#, r#""a1b""#),
        (r#""a %{~ if true ~}  yes  %{~ endif ~} b""#, r#""ayesb""#),
        (r#""a\n\n ${~ 1 ~} \n\n b""#, r#""a1b""#),
        (r#""$${x} %%{y} $$$${""#, r#""${x} %{y} $$${""#),
        (r#""\u00e9\U0001F600\t\\\"""#, r#""é😀\t\\\"""#),
        (r#""${[1]}""#, "[1]"),
        (r#""${{a=1}}""#, "{a=1}"),
        (r#""abc" == "ab${"c"}""#, "true"),
        (r#""${"${"x"}"}""#, r#""x""#),
        (r#""x${""}y""#, r#""xy""#),
    ]);
}
