//! An operator that was installed before its definitions.

use std::time::{Duration, Instant};

use crate::{
    controlplane::ControlPlane,
    stage::{Process, operator},
};

#[test]
fn without_its_definitions_it_says_so_and_begins_when_they_come() {
    let plane = ControlPlane::start();
    let namespace = plane.namespace(&format!("bare-{}", std::process::id()));
    let operator: Process = operator(&namespace, &plane.admin(), &["--no-leader-election"], "0");
    let text =
        until_readyz(&operator, |code, text| code == 503 && text.contains("lyncfailovers.lyncfailover.dev"));
    assert!(text.contains("apply") && text.contains("crds"), "it does not say what to do: {text}");
    assert_eq!(operator.get("/livez").0, 200);

    plane.definitions();
    let applied = Instant::now();
    until_readyz(&operator, |code, _| code == 200);
    assert!(applied.elapsed() < Duration::from_secs(35), "ready after {:.0?}", applied.elapsed());
}

/// Waits until `/readyz` answers something.
fn until_readyz(operator: &Process, is_it: impl Fn(u16, &str) -> bool) -> String {
    let begun = Instant::now();
    loop {
        let (code, text) = operator.get("/readyz");
        if is_it(code, &text) {
            return text;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "/readyz still answers {code}: {text}");
        std::thread::sleep(Duration::from_millis(200));
    }
}
