use elbow::experiment::*;
use elbow::train::bench::*;
#[test]
fn smoke() {
    let only = std::env::var("ONLY").ok();
    for s in SETUPS {
        if only.as_ref().is_none_or(|o| o.split(',').any(|n| n == s.name)) {
            println!(
                "{}",
                serde_json::to_string(&run(&s, DeviceChoice::Cpu, std::time::Duration::from_secs(4)).unwrap()).unwrap()
            );
        }
    }
}
