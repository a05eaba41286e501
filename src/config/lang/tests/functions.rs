//! Every function, called well and wrongly.

use super::check;

#[test]
fn text() {
    check(&[
        (r#"upper("straße ŉ")"#, r#""STRAßE ŉ""#),
        (r#"lower("İΑΣ")"#, r#""iασ""#),
        (r#"title("ßa")"#, r#""ßa""#),
        (r#"trim("?!hi?!","!?")"#, r#""hi""#),
        (r#"trimspace("  a b \t")"#, r#""a b""#),
        (r#"split("","añc")"#, r#"["a", "ñ", "c"]"#),
        (r#"split(",","")"#, r#"[""]"#),
        (r#"join(",",["a"],["b",1,true])"#, r#""a,b,1,true""#),
        (
            r#"join(",",["a",null])"#,
            r#"error: «["a",null]» wrong `lists` for `join`: item 1 must be a string, not null"#,
        ),
        (r#"join(",",toset(["b","a"]))"#, r#""a,b""#),
        (
            r#"join(",","x")"#,
            r#"error: «"x"» `join` needs a list or a set for `lists`, not a string: "x" is not a list or a set"#,
        ),
        (r#"substr("hello",-3,2)"#, r#""ll""#),
        (r#"substr("hello",1,-1)"#, r#""ello""#),
        (r#"substr("hello",10,2)"#, r#""""#),
        (r#"substr("hello",-10,2)"#, r#""he""#),
        (r#"substr("hello",2,-5)"#, r#""llo""#),
        (r#"substr("añcdé",1,2)"#, r#""ñc""#),
        (
            r#"substr("hello",1.5,2)"#,
            r#"error: «1.5» `substr` needs a whole number for `offset`, not a number: "1.5" is not a whole number"#,
        ),
        (r#"startswith("abc","ab")"#, "true"),
        (r#"endswith("abc","bc")"#, "true"),
        (r#"strcontains("abc","")"#, "true"),
        ("upper([1])", "error: «[1]» `upper` needs a string for `str`, not a list"),
        ("upper(1)", r#""1""#),
        ("upper(null)", "error: «null» `upper` needs a string for `str`, not null"),
        (
            "upper()",
            "compile: «upper()» `upper` takes one argument; `str` is missing (it is called as upper(str))",
        ),
        (
            r#"upper("a","b")"#,
            r#"compile: «upper("a","b")» `upper` takes one argument, not 2 (it is called as upper(str))"#,
        ),
        (r#"uper("a")"#, "compile: «uper» there is no function `uper` (did you mean `upper`?)"),
    ]);
}

#[test]
fn patterns() {
    check(&[
        (r#"regex("(a)|(b)","b")"#, r#"[null, "b"]"#),
        (
            r#"regex("(?P<x>a)(b)","ab")"#,
            r#"compile: «"(?P<x>a)(b)"» this pattern is not valid: named and unnamed groups can't be mixed"#,
        ),
        (r#"regex("(?P<x>a)(?P<y>c)?","ab")"#, r#"{x="a", y=null}"#),
        (
            r#"regex("[","ab")"#,
            r#"compile: «"["» this pattern is not valid: unclosed character class"#,
        ),
        (r#"regexall("z","ab")"#, "[]"),
        (r#"regexall("(a)(b)?","ab a")"#, r#"[["a", "b"], ["a", null]]"#),
        (r#"regexall("(?P<x>a)","ab a")"#, r#"[{x="a"}, {x="a"}]"#),
        (r#"regexall("","ab")"#, r#"["", "", ""]"#),
        (r#"replace("hello","/l(.)/","<$1>")"#, r#""he<l>o""#),
        (r#"replace("hello","/(?P<n>l)/","<${"$"}{n}>")"#, r#""he<l><l>o""#),
        (r#"replace("hello","","-")"#, r#""-h-e-l-l-o-""#),
        (r#"replace("a/b","/","-")"#, r#""a-b""#),
    ]);
}

#[test]
fn lists() {
    check(&[
        (r#"length("👨‍👩‍👧x")"#, "2"),
        ("length(null)", "error: «null» `length` needs a value for `value`, not null"),
        (
            "length(5)",
            "error: «5» wrong `value` for `length`: it must be a string, a list, a set or a map, not a number",
        ),
        ("length({a=1})", "1"),
        (r#"contains([1],"1")"#, "false"),
        (r#"contains(["1"],1)"#, "false"),
        (r#"contains(toset(["a"]),"a")"#, "true"),
        (
            r#"contains({a=1},"a")"#,
            "error: «{a=1}» `contains` needs a list or a set for `list`, not an object",
        ),
        (r#"concat([1],["a"],tolist(["b"]))"#, r#"[1, "a", "b"]"#),
        (
            r#"concat(toset(["a"]),["b"])"#,
            r#"error: «toset(["a"])» `concat` needs a list for `seqs`, not a set"#,
        ),
        ("concat()", "error: «concat()» `concat` failed: it needs at least one list"),
        (r#"distinct(["a","b","a",null,null])"#, r#"["a", "b", null]"#),
        (r#"distinct(toset(["a"]))"#, r#"["a"]"#),
        ("flatten([[1],[2,[3,toset([4])]],5])", "[1, 2, 3, 4, 5]"),
        (
            "flatten({a=1})",
            "error: «{a=1}» `flatten` needs a list or a set for `list`, not an object",
        ),
        ("flatten([[{a=[1]}]])", "[{a=[1]}]"),
        (r#"compact(["a","",null,"b"])"#, r#"["a", "b"]"#),
        ("compact([1,2])", r#"["1", "2"]"#),
        (r#"slice(["a","b","c"],1,2)"#, r#"["b"]"#),
        (
            r#"slice(["a","b","c"],1,4)"#,
            "error: «4» wrong `end_index` for `slice`: it is 4, and the list has 3 items",
        ),
        (
            r#"slice(["a","b","c"],2,1)"#,
            "error: «2» wrong `start_index` for `slice`: it is 2, after the end index 1",
        ),
        (
            r#"slice(["a","b","c"],-1,1)"#,
            "error: «-1» wrong `start_index` for `slice`: it is -1; the first item is 0",
        ),
        (
            r#"slice("abc",0,1)"#,
            r#"error: «"abc"» `slice` needs a list for `list`, not a string: "abc" is not a list"#,
        ),
    ]);
}

#[test]
fn order_and_choice() {
    check(&[
        (r#"sort([2,10,"b"])"#, r#"["10", "2", "b"]"#),
        (
            r#"sort(["b",null])"#,
            r#"error: «["b",null]» wrong `list` for `sort`: item 1 must be a string, not null"#,
        ),
        ("reverse([1,2])", "[2, 1]"),
        (r#"reverse(toset(["a","b"]))"#, r#"["b", "a"]"#),
        (
            r#"reverse("abc")"#,
            r#"error: «"abc"» `reverse` needs a list or a set for `list`, not a string: "abc" is not a list or a set"#,
        ),
        (r#"coalesce(null,"","a")"#, r#""a""#),
        (r#"coalesce(1,"a")"#, r#""1""#),
        (
            "coalesce(null)",
            "error: «coalesce(null)» `coalesce` failed: every argument is null or empty text",
        ),
        (
            r#"coalesce("","")"#,
            r#"error: «coalesce("","")» `coalesce` failed: every argument is null or empty text"#,
        ),
        (
            "coalesce()",
            "error: «coalesce()» `coalesce` failed: every argument is null or empty text",
        ),
        ("coalesce([],[1])", "[]"),
        ("coalesce(null,[])", "[]"),
        ("coalescelist([],[1])", "[1]"),
        (
            "coalescelist([],[])",
            "error: «coalescelist([],[])» `coalescelist` failed: no list with an item in it",
        ),
        (
            r#"coalescelist(null,["a"])"#,
            "error: «null» `coalescelist` needs a list or a set for `vals`, not null",
        ),
        (
            "coalescelist()",
            "error: «coalescelist()» `coalescelist` failed: no list with an item in it",
        ),
        ("one([])", "null"),
        ("one([1])", "1"),
        ("one([1,2])", "error: «[1,2]» wrong `list` for `one`: it has 2 items, not one or none"),
        (r#"one(toset(["a"]))"#, r#""a""#),
        (
            r#"one("a")"#,
            r#"error: «"a"» `one` needs a list or a set for `list`, not a string: "a" is not a list or a set"#,
        ),
        ("one(null)", "error: «null» `one` needs a list or a set for `list`, not null"),
        (r#"element(["a","b"],3)"#, r#""b""#),
        ("element([],0)", "error: «[]» wrong `list` for `element`: the list is empty"),
        (
            r#"element(["a"],1.5)"#,
            r#"error: «1.5» `element` needs a whole number for `index`, not a number: "1.5" is not a whole number"#,
        ),
        (
            r#"element(toset(["a"]),0)"#,
            r#"error: «toset(["a"])» `element` needs a list for `list`, not a set"#,
        ),
        ("range(3)", "[0, 1, 2]"),
        ("range(1,4)", "[1, 2, 3]"),
        ("range(0,10,4)", "[0, 4, 8]"),
        ("range(4,1)", "[4, 3, 2]"),
        ("range(1,4,-1)", "error: «-1» wrong `params` for `range`: it leads away from the end"),
        ("range(0,1,0.25)", "[0, 0.25, 0.5, 0.75]"),
        ("range(0,4,0)", "error: «0» wrong `params` for `range`: a step of 0 never arrives"),
        ("range(-3)", "[0, -1, -2]"),
        (
            "range(1,2,3,4)",
            "error: «range(1,2,3,4)» `range` failed: it takes 1 to 3 numbers, not 4",
        ),
        ("anytrue([])", "false"),
        ("alltrue([])", "true"),
        ("anytrue([null,true])", "true"),
        ("alltrue([null,true])", "false"),
        (r#"alltrue(["true",true])"#, "true"),
        (
            r#"alltrue(["x"])"#,
            r#"error: «["x"]» wrong `list` for `alltrue`: item 0 must be a bool, not "x""#,
        ),
        ("anytrue(toset([true]))", "true"),
    ]);
}

#[test]
fn maps_and_sets() {
    check(&[
        ("keys({b=1,a=2})", r#"["a", "b"]"#),
        ("values({b=1,a=2})", "[2, 1]"),
        ("keys([1])", "error: «[1]» `keys` needs a map or an object for `inputMap`, not a list"),
        (r#"lookup({a=1},"a")"#, "1"),
        (
            r#"lookup({a=1},"b")"#,
            r#"error: «lookup({a=1},"b")» there is no such key: no key "b"; it has `a` (did you mean `a`?)"#,
        ),
        (r#"lookup({a=1},"b",5)"#, "5"),
        (r#"lookup({a=1},"b","x")"#, r#""x""#),
        ("merge({a=1},{b=2},null,{a=3})", "{a=3, b=2}"),
        ("merge()", "{}"),
        ("merge([1])", "error: «[1]» `merge` needs a map or an object for `maps`, not a list"),
        (r#"toset([1,"a",true])"#, r#"set["1", "a", "true"]"#),
        (
            r#"toset("x")"#,
            r#"error: «"x"» wrong `v` for `toset`: "x" can't be made a set of one type"#,
        ),
        (r#"setunion(["a"],["b"],[1])"#, r#"set["1", "a", "b"]"#),
        (
            "setunion()",
            "compile: «setunion()» `setunion` takes at least one argument; `first_set` is missing (it is called as setunion(first_set, other_sets...))",
        ),
        (r#"setintersection(["a","b"],["b"])"#, r#"set["b"]"#),
        (r#"setsubtract(["a","b"],["b"])"#, r#"set["a"]"#),
        (
            "setunion({a=1})",
            "error: «{a=1}» `setunion` needs a set of one type for `first_set`, not an object",
        ),
        (r#"zipmap(["a","b"],[1,2])"#, "{a=1, b=2}"),
        (
            r#"zipmap(["a"],[1,2])"#,
            r#"error: «zipmap(["a"],[1,2])» `zipmap` failed: there are 1 keys for 2 values"#,
        ),
        (r#"zipmap([1],["x"])"#, r#"{1="x"}"#),
    ]);
}

#[test]
fn numbers_and_conversions() {
    check(&[
        (r#"tolist([1,"a"])"#, r#"["1", "a"]"#),
        (
            "tolist([1,[2]])",
            "error: «[1,[2]]» wrong `v` for `tolist`: a list can't be made a list of one type",
        ),
        (
            "tolist({a=1})",
            "error: «{a=1}» wrong `v` for `tolist`: an object can't be made a list of one type",
        ),
        (r#"tolist(toset(["b","a"]))"#, r#"["a", "b"]"#),
        ("tostring([1])", "error: «[1]» wrong `v` for `tostring`: a list can't be made a string"),
        (
            r#"tonumber("x")"#,
            r#"error: «"x"» wrong `v` for `tonumber`: "x" can't be made a number"#,
        ),
        (
            "tonumber(true)",
            r#"error: «true» wrong `v` for `tonumber`: "true" can't be made a number"#,
        ),
        (r#"tobool("x")"#, r#"error: «"x"» wrong `v` for `tobool`: "x" can't be made a bool"#),
        ("try()", "compile: «try()» `try` takes at least one argument"),
        ("can(true)", "true"),
        ("max()", "error: «max()» `max` failed: it needs at least one number"),
        (r#"max(1,"5",3)"#, "5"),
        ("min([1,2]...)", "1"),
        ("max([1])", "error: «[1]» `max` needs a number for `numbers`, not a list"),
        ("max(1,null)", "error: «null» `max` needs a number for `numbers`, not null"),
        ("abs(-1.5)", "1.5"),
        ("ceil(-1.5)", "-1"),
        ("floor(-1.5)", "-2"),
        (r#"ceil("1.2")"#, "2"),
    ]);
}

#[test]
fn encodings() {
    check(&[
        (r#"csvdecode("a,b\n1,2\n3,4\n")"#, r#"[{a="1", b="2"}, {a="3", b="4"}]"#),
        (
            r#"csvdecode("a,b\n1\n")"#,
            r#"error: «"a,b\n1\n"» wrong `str` for `csvdecode`: line 2 has 1 fields, and the header 2"#,
        ),
        (
            r#"csvdecode("a,a\n1,2")"#,
            r#"error: «"a,a\n1,2"» wrong `str` for `csvdecode`: the column `a` comes twice"#,
        ),
        (r#"csvdecode("")"#, r#"error: «""» wrong `str` for `csvdecode`: it has no header line"#),
        (r#"csvdecode("a,b\n")"#, "[]"),
        (r#"jsondecode("{\"a\":[1,2.5,null,true,\"x\"]}")"#, r#"{a=[1, 2.5, null, true, "x"]}"#),
        (
            r#"jsondecode("{")"#,
            r#"error: «"{"» wrong `str` for `jsondecode`: EOF while parsing an object at line 1 column 1"#,
        ),
        (
            r#"jsondecode("1 2")"#,
            r#"error: «"1 2"» wrong `str` for `jsondecode`: trailing characters at line 1 column 3"#,
        ),
        (r#"jsondecode("{\"a\":1,\"a\":2}")"#, "{a=2}"),
        (
            r#"jsonencode({b=[1,null,"<&>\u2028é\""],a=1.50})"#,
            r#""{\"a\":1.5,\"b\":[1,null,\"\\u003c\\u0026\\u003e\\u2028é\\\"\"]}""#,
        ),
        (r#"jsonencode(toset(["b","a"]))"#, r#""[\"a\",\"b\"]""#),
        ("jsonencode(null)", r#""null""#),
        (r#"base64encode("é")"#, r#""w6k=""#),
        (r#"base64decode("w6k=")"#, r#""é""#),
        (
            r#"base64decode("w6k")"#,
            r#"error: «"w6k"» wrong `str` for `base64decode`: it is not Base64 with its padding"#,
        ),
        (
            r#"base64decode("/w==")"#,
            r#"error: «"/w=="» wrong `str` for `base64decode`: what it decodes to is not UTF-8"#,
        ),
        (
            r#"base64decode(" w6k=")"#,
            r#"error: «" w6k="» wrong `str` for `base64decode`: it is not Base64 with its padding"#,
        ),
        (r#"sha256("a")"#, r#""ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb""#),
    ]);
}

#[test]
fn sums_parts_and_products() {
    check(&[
        ("sum([1,2,3])", "6"),
        (r#"sum(["1",2.5])"#, "3.5"),
        ("sum(toset([1,1,2]))", "3"),
        ("sum([0.1,0.2])", "0.3"),
        (
            "sum([])",
            "error: «[]» wrong `list` for `sum`: it is empty, and nothing has no sum: concat([0], …) begins with one",
        ),
        (
            "sum([null])",
            "error: «[null]» wrong `list` for `sum`: item 0 must be a number, not null",
        ),
        (
            r#"sum([1,"a"])"#,
            r#"error: «[1,"a"]» wrong `list` for `sum`: item 1 must be a number, not "a""#,
        ),
        (r#"index(["a","b","c"],"b")"#, "1"),
        (
            r#"index(["a","b"],"x")"#,
            r#"error: «"x"» wrong `value` for `index`: no item of the list equals it"#,
        ),
        (
            r#"index([1,2],"2")"#,
            r#"error: «"2"» wrong `value` for `index`: no item of the list equals it"#,
        ),
        (
            r#"index(toset(["a"]),"a")"#,
            r#"error: «toset(["a"])» `index` needs a list for `list`, not a set"#,
        ),
        (r#"chunklist(["a","b","c"],2)"#, r#"[["a", "b"], ["c"]]"#),
        (r#"chunklist(["a","b","c"],0)"#, r#"[["a", "b", "c"]]"#),
        ("chunklist([],2)", "[]"),
        ("chunklist([],0)", "[]"),
        (r#"chunklist([1,"a"],1)"#, r#"[["1"], ["a"]]"#),
        (r#"chunklist(toset(["a","b"]),1)"#, r#"[["a"], ["b"]]"#),
        (
            "chunklist([1],-1)",
            "error: «-1» wrong `size` for `chunklist`: it is -1, and a part has at least one item",
        ),
        (r#"setproduct(["a","b"],[1,2])"#, r#"[["a", 1], ["a", 2], ["b", 1], ["b", 2]]"#),
        (r#"setproduct(["a"],[])"#, "[]"),
        (r#"setproduct(["a",1],[true])"#, r#"[["a", true], ["1", true]]"#),
        (r#"setproduct(toset(["b","a"]),[true])"#, r#"set[["a", true], ["b", true]]"#),
        (r#"setproduct(["a"],["b"],["c"])"#, r#"[["a", "b", "c"]]"#),
        (
            r#"setproduct(["a"])"#,
            r#"compile: «setproduct(["a"])» `setproduct` takes at least 2 arguments; `sets` is missing (it is called as setproduct(sets, sets, sets...))"#,
        ),
        (
            "length(setproduct(range(9999),range(9999),range(9999)))",
            "error: «setproduct(range(9999),range(9999),range(9999))» this takes too long to evaluate: more than 1000000 steps",
        ),
        ("length(setproduct(range(9999),range(9999),range(9999),[]))", "0"),
    ]);
}
