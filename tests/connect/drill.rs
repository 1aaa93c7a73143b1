//! `lync-failover drill` over WinRM: tries everything, changes nothing, leaves nothing behind.

use serde_json::Value;

use crate::{
    desk::{Desk, Ran, all},
    lab::{Lab, PASSWORD},
};

const ARGS: [&str; 6] = ["drill", "deployment.yaml", "--secret-dir", "secrets", "--output", "json"];

fn drill(desk: &Desk) -> (i32, Value) {
    let Ran { code, out, err } = desk.run(&ARGS);
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}")))
}

fn results(report: &Value, pool: usize) -> Vec<&str> {
    let steps = report["drill"]["pools"][pool]["steps"].as_array().unwrap();
    steps.iter().map(|step| step["result"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_tried_and_nothing_is_changed_by_module_and_plain() {
    for configuration in ["LyncFailover", "Microsoft.PowerShell"] {
        let lab = Lab::http("", 1.0).await;
        let desk = Desk::new(&format!("drill-{configuration}"), PASSWORD);
        desk.deployment(&format!("      configurationName: {configuration}\n"), &all(&lab));
        let (code, report) = drill(&desk);
        assert_eq!(code, 0, "{report:#}");
        assert_eq!(results(&report, 0), ["Passed", "Passed", "Expected"], "{report:#}");
        assert_eq!(results(&report, 1), ["Passed"], "{report:#}");
        let first = report["drill"]["pools"][0]["steps"][0]["message"].as_str().unwrap();
        assert!(first.contains("-Force"), "{first}");
        assert_eq!(lab.transcript().entries, [], "{configuration}");
        for place in &lab.places {
            let shells = lab.session(place.host.as_str()).shells().await.unwrap();
            assert_eq!(shells, [], "{configuration}: {}", place.host);
        }
        let text = desk.good(&ARGS[..4]);
        for said in ["if pool1.contoso.com were lost", "expected", "drill passed", "Nothing was changed."] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_exit_code_1_and_what_cannot_be_tried_is_4() {
    let lab = Lab::http("faults: [{kind: FailBefore, cmdlet: Set-CsEdgeServer}]", 1.0).await;
    let desk = Desk::new("drill-fails", PASSWORD);
    desk.deployment("", &all(&lab));
    let (code, report) = drill(&desk);
    assert_eq!((code, results(&report, 0)), (1, vec!["Passed", "Failed", "Expected"]), "{report:#}");

    lab.inject("{kill: [pool2.contoso.com]}");
    let (code, report) = drill(&desk);
    let waits = report["drill"]["waitsFor"].as_str().unwrap_or_default();
    assert!(code == 4 && waits.contains("pool2.contoso.com is"), "{code}: {report:#}");
    assert_eq!(lab.transcript().starts().count(), 0);
}
