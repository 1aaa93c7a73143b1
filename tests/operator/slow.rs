//! An API server that takes its time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    api_tap::TappedApi,
    stage::{AWAY, ONE_STEP, Stage, USERS},
    tap::{Fate, Judge},
};

/// Each status takes two seconds to write, as on a server that is overloaded by the same disaster.
struct SlowStatus;

impl Judge for SlowStatus {
    fn meet(&self, _life: usize, message: &[u8]) -> Fate {
        let is_status = message.starts_with(b"PATCH") && String::from_utf8_lossy(message).contains("/status");
        if is_status { Fate::Late(Duration::from_secs(2)) } else { Fate::Pass }
    }
}

/// Status is for people; the failover does not wait until they have been told.
#[test]
fn slow_writes_of_status_do_not_hold_up_the_failover() {
    let stage = Stage::new("slow", ONE_STEP);
    let api = TappedApi::new(&stage, Arc::new(SlowStatus));
    for number in 0..20 {
        stage.apply(&AWAY.replace("name: contoso\nspec", &format!("name: n{number}\nspec")));
    }
    let begun = Instant::now();
    let args = ["--no-leader-election", "--watch-namespace", &stage.namespace];
    let _operator = stage.start(&api.kubeconfig, &args);
    stage.until("the cmdlet", || !stage.cmdlets().is_empty());
    assert!(begun.elapsed() < Duration::from_secs(20), "the first cmdlet after {:.0?}", begun.elapsed());
    stage.until("its end", || stage.has_ended(USERS));
    assert_eq!(stage.cmdlets(), [USERS]);
}
