//! What people do at a simulated Lync: type what they read, and repair what is broken.

use lync_failover::simulator::{ByHand, Failure};

use super::lab::Lab;

/// Types a line as it is printed.
pub fn type_in(lab: &Lab, host: &str, line: &str) {
    inject(lab, Failure { administrator: vec![typed(host, line)], ..Failure::default() });
}

/// A line as it is printed: parameters with a value in quotes or without, and switches.
pub fn typed(host: &str, line: &str) -> ByHand {
    let mut words = line.split(" -");
    let command = words.next().expect("a command").to_owned();
    let mut by_hand = ByHand { host: host.to_owned(), command, ..ByHand::default() };
    for word in words {
        match word.split_once(' ') {
            Some((name, value)) => {
                by_hand.parameters.insert(name.to_owned(), value.trim_matches('\'').to_owned());
            }
            None => by_hand.switches.push(word.to_owned()),
        }
    }
    by_hand
}

/// Lets something happen now.
pub fn inject(lab: &Lab, failure: Failure) {
    let now = lab.clock.now();
    lab.simulator
        .lock()
        .expect("nobody panics while holding it")
        .inject(failure, now)
        .expect("it makes sense");
}
