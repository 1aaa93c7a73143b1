//! The decoders of `lync::outputs` against what public sources print, and against what nobody should.

mod answers;
mod contradictions;
mod laws;
mod missing;
mod printed;
mod topology;

use lync_failover::lync::{MachineFqdn, PoolFqdn, SqlInstance};

fn pool(name: &str) -> PoolFqdn {
    name.parse().expect("a valid name")
}

fn machine(name: &str) -> MachineFqdn {
    name.parse().expect("a valid name")
}

fn sql(path: &str) -> SqlInstance {
    path.parse().expect("a valid path")
}
