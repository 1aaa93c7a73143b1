//! `lync-failover drill`: tries everything, changes nothing, leaves nothing behind; over WinRM as over the way that has
//! no wire.

use lync_failover::{bridge::RemoteSimulator, simulator::Transcript};
use serde_json::Value;

use crate::{
    desk::{Desk, Ran},
    first::desk,
};

const ARGS: [&str; 6] = ["drill", "deployment.yaml", "--secret-dir", "secrets", "--output", "json"];

fn drill(desk: &Desk, file: &str) -> (i32, Value) {
    let Ran { code, out, err } = desk.run(&[&["drill", file], &ARGS[2..]].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}")))
}

fn results(report: &Value, pool: usize) -> Vec<&str> {
    let steps = report["drill"]["pools"][pool]["steps"].as_array().unwrap_or_else(|| panic!("{report:#}"));
    steps.iter().map(|step| step["result"].as_str().unwrap()).collect()
}

/// What the simulated Lync of a desk saw.
async fn transcript(desk: &Desk) -> Transcript {
    let direct = desk.read("direct.yaml");
    let address = direct.split('"').nth(1).unwrap().parse().unwrap();
    RemoteSimulator::new(address).transcript().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_tried_and_nothing_is_changed_by_module_and_plain() {
    let (desk, _served) = desk("drill", 65, "");
    let by_module = desk.read("deployment.yaml");
    let plain =
        by_module.replace("    winrm:\n", "    winrm:\n      configurationName: Microsoft.PowerShell\n");
    desk.write("plain.yaml", plain);
    for file in ["deployment.yaml", "plain.yaml", "direct.yaml"] {
        let (code, report) = drill(&desk, file);
        assert_eq!(code, 0, "{file}: {report:#}");
        assert_eq!(results(&report, 0), ["Passed", "Passed", "Expected"], "{file}: {report:#}");
        assert_eq!(results(&report, 1), ["Passed"], "{file}: {report:#}");
        let first = report["drill"]["pools"][0]["steps"][0]["message"].as_str().unwrap();
        assert!(first.contains("-Force"), "{file}: {first}");
        assert_eq!(transcript(&desk).await.entries, [], "{file}");
    }
    let text = desk.good(&ARGS[..4]);
    for said in ["if pool1.contoso.com were lost", "expected", "drill passed", "Nothing was changed."] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_exit_code_1_and_what_cannot_be_tried_is_4() {
    let (fails, _served) =
        desk("drill-fails", 66, "faults: [{kind: FailBefore, cmdlet: Set-CsEdgeServer, times: 0}]");
    let (code, report) = drill(&fails, "deployment.yaml");
    assert_eq!((code, results(&report, 0)), (1, vec!["Passed", "Failed", "Expected"]), "{report:#}");
    assert_eq!(transcript(&fails).await.entries, []);

    let (ill, _served) = desk("drill-ill", 67, "failures: [{kill: [pool2.contoso.com]}]");
    let (code, report) = drill(&ill, "deployment.yaml");
    let waits = report["drill"]["waitsFor"].as_str().unwrap_or_default();
    assert!(code == 4 && waits.contains("pool2.contoso.com is"), "{code}: {report:#}");

    let Ran { code, err, .. } = ill.run(&["drill", "nothing.yaml"]);
    assert!(code == 2 && err.contains("nothing.yaml"), "{code}: {err}");
}
