//! No answer, however odd, makes a decoder panic.

use jiff::{SignedDuration, Timestamp};
use lync_failover::lync::{
    outputs::*,
    ps::{PsObject, PsValue},
};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::{pool, printed::fixture};

/// Names that the decoders look for, so that they get past the first missing property.
const NAMES: [&str; 22] = [
    "Identity",
    "Active",
    "Version",
    "Registrar",
    "BackupRegistrar",
    "SqlInstanceName",
    "PoolState",
    "ActiveMasterFqdn",
    "ActiveMasterLastHeartbeat",
    "ActiveFileTransferAgents",
    "ReplicaFqdn",
    "UpToDate",
    "LastStatusReport",
    "LastUpdateCreation",
    "BackEndServer",
    "DatabaseName",
    "Succeed",
    "StateOnPrimary",
    "StateOnMirror",
    "BackupModules",
    "RoleName",
    "Status",
];

const TEXTS: [&str; 22] = [
    "",
    "True",
    "false",
    "6",
    "Global",
    "Site:",
    "Service:Registrar:",
    "service:Registrar:pool1.contoso.com",
    "pool2.contoso.com",
    "Active",
    "FailedBack",
    "xds",
    "LIS",
    "Principal",
    "Running",
    "{Registrar}",
    "{",
    "}",
    "/Date(0)/",
    "/Date(-",
    "11/22/2026 9:14:02 AM",
    "a:[SteadyState,NormalState]",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(TEXTS.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

fn value() -> impl Strategy<Value = PsValue> {
    let leaf = prop_oneof![
        Just(PsValue::Null),
        any::<bool>().prop_map(PsValue::Bool),
        any::<i64>().prop_map(PsValue::Int),
        any::<f64>().prop_map(PsValue::Double),
        text().prop_map(PsValue::Text),
        select(vec![Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH]).prop_map(PsValue::Time),
        Just(PsValue::Span(SignedDuration::MIN)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(PsValue::List),
            object_of(inner).prop_map(PsValue::Object),
        ]
    })
}

fn object_of(value: impl Strategy<Value = PsValue>) -> impl Strategy<Value = PsObject> {
    let name = prop_oneof![8 => select(NAMES.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    (proptest::option::of(text()), vec((name, value), 0..8)).prop_map(|(text, properties)| PsObject {
        type_name: String::new(),
        text,
        properties,
    })
}

proptest! {
    #[test]
    fn no_object_makes_a_decoder_panic(objects in vec(object_of(value()), 0..4)) {
        let _ = central_management_services(&objects);
        let _ = central_management_databases(&objects);
        let _ = registrars(&objects);
        let _ = edge_next_hops(&objects);
        let _ = backup_pool(&objects, &pool("pool1.contoso.com"));
        let _ = store_status(&objects);
        let _ = replicas(&objects);
        let _ = store_location(&objects);
        let _ = database_succeeds(&objects);
        let _ = mirror_rows(&objects);
        let _ = backup_service_status(&objects);
        let _ = registrar_running(&objects);
        let _ = user_database_online(&objects);
        let _ = store_services_installed(&objects);
        let _ = registration(&objects, &pool("pool2.contoso.com"));
        if let Ok(states) = pool_states(&objects) {
            let _ = states.of(&pool("pool1.contoso.com"), "DC1");
        }
    }

    #[test]
    fn no_text_makes_the_document_reader_panic(text in any::<String>()) {
        let _ = topology_document(&text);
        let _ = topology_document(&format!("<Topology>{text}</Topology>"));
    }

    #[test]
    fn no_cut_or_patch_of_a_document_makes_its_reader_panic(
        start in 0.0..1.0f64,
        length in 0_usize..400,
        patch in prop_oneof![Just(String::new()), any::<String>()],
    ) {
        let chars: Vec<char> =
            fixture("reconstructed/topology-xml-two-sites-enterprise.xml").chars().collect();
        let start = (start * chars.len() as f64) as usize;
        let end = chars.len().min(start + length);
        let text: String = chars[..start].iter().copied().chain(patch.chars()).chain(chars[end..].iter().copied()).collect();
        let _ = topology_document(&text);
    }

    #[test]
    fn a_truncated_document_is_never_read(share in 0.0..1.0f64) {
        let text = fixture("reconstructed/topology-xml-two-sites-enterprise.xml");
        let cut: String = text.trim_end().chars().take((share * (text.trim_end().chars().count() - 1) as f64) as usize).collect();
        prop_assert!(topology_document(&cut).is_err());
    }
}
