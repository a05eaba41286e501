#[test]
fn dump() {
    for f in ["q1", "q2", "q3"] {
        for line in std::fs::read_to_string(format!("/tmp/tf/{f}")).unwrap().lines() {
            if line.is_empty() {
                continue;
            }
            let text = line.replace("\\N", "\n");
            println!("{line}  ==>  {}", super::run(&text));
        }
    }
}
