//! Where the holder of a lease can be asked: an annotation of the lease, written and taken away with it.

use std::net::SocketAddr;

use k8s_openapi::api::coordination::v1::Lease;

/// `IP:port` of the webhook of the replica that leads.
const ANNOTATION: &str = "lyncfailover.dev/webhook-address";

/// Where the holder says that it can be asked. Nothing that cannot be read is an address, nor is what a holder has
/// left behind that gave the lease back.
pub(super) fn published(lease: &Lease) -> Option<SocketAddr> {
    let holder = lease.spec.as_ref()?.holder_identity.as_deref()?;
    let text = lease.metadata.annotations.as_ref()?.get(ANNOTATION)?;
    text.parse().ok().filter(|_| !holder.is_empty())
}

/// Writes where this replica can be asked in place of what another one has written; `None`: nowhere.
pub(super) fn publish(lease: &mut Lease, address: Option<SocketAddr>) {
    match address {
        Some(address) => {
            let all = lease.metadata.annotations.get_or_insert_default();
            all.insert(ANNOTATION.to_owned(), address.to_string());
        }
        None => {
            if let Some(all) = &mut lease.metadata.annotations {
                all.remove(ANNOTATION);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::coordination::v1::LeaseSpec;

    use super::*;

    fn held_by(holder: &str) -> Lease {
        let spec = LeaseSpec { holder_identity: Some(holder.to_owned()), ..LeaseSpec::default() };
        Lease { spec: Some(spec), ..Lease::default() }
    }

    #[test]
    fn what_the_holder_publishes_is_read_and_the_next_one_replaces_it() {
        let mut lease = held_by("first");
        assert_eq!(published(&lease), None);
        for text in ["10.0.0.1:9443", "[fd00::1]:9443"] {
            let address = text.parse().ok();
            publish(&mut lease, address);
            assert_eq!(published(&lease), address);
        }
        // The next leader has no webhook: nobody may ask the one before.
        publish(&mut lease, None);
        assert_eq!(published(&lease), None);
    }

    #[test]
    fn what_nobody_stands_for_is_no_address() {
        let address = "10.0.0.1:9443".parse().ok();
        let mut lease = held_by("");
        publish(&mut lease, address);
        assert_eq!(published(&lease), None, "nobody holds it");
        let mut lease = held_by("first");
        lease.metadata.annotations = Some([(ANNOTATION.to_owned(), "somewhere".to_owned())].into());
        assert_eq!(published(&lease), None);
    }
}
