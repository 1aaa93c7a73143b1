//! The errors of the simulated cmdlets. Where Microsoft prints a text it is that text.

use super::cmdlets::class_of;
use crate::{
    bridge::Refusal,
    lync::{PoolFqdn, SqlInstance},
};

fn record(cmdlet: &str, reason: &str, category: &str, message: String) -> Refusal {
    Refusal { error_id: format!("{reason},{}", class_of(cmdlet)), category: category.to_owned(), message }
}

/// An error of the cmdlet's own.
pub(super) fn invalid(cmdlet: &str, message: impl Into<String>) -> Refusal {
    record(cmdlet, "ProcessRecord", "InvalidOperation", message.into())
}

/// Something that was named does not exist.
pub(super) fn not_found(cmdlet: &str, what: &str) -> Refusal {
    let text = format!("Cannot find \"{what}\" in the topology. Verify the name and try again.");
    record(cmdlet, "ProcessRecord", "ObjectNotFound", text)
}

/// The pool is still the next hop of an Edge pool (JJ204678, verbatim with its two spaces).
pub(super) fn edge_next_hop(cmdlet: &str, pool: &PoolFqdn) -> Refusal {
    invalid(
        cmdlet,
        format!(
            "This Front-end pool \"{pool}\" is specified in topology as the next hop for the Edge server. \
             Failing over this pool may cause External access/Federation/Split-domain/XMPP features to stop \
             working. Please use Topology Builder to change the Edge internal next hop setting to point to a \
             different Front-end pool,  before you proceed."
        ),
    )
}

/// The SQL server of the store cannot be reached.
pub(super) fn store_unreachable(cmdlet: &str, sql: &SqlInstance) -> Refusal {
    let text = format!(
        "Cannot connect to the Central Management store \"{sql}\": A network-related or instance-specific \
         error occurred while establishing a connection to SQL Server. The server was not found or was not \
         accessible. Verify that the instance name is correct and that SQL Server is configured to allow \
         remote connections."
    );
    record(cmdlet, "ProcessRecord", "OpenError", text)
}

/// The SQL server of a pool cannot be reached.
pub(super) fn database_unreachable(cmdlet: &str, sql: &SqlInstance) -> Refusal {
    let text = format!(
        "Cannot connect to \"{sql}\": A network-related or instance-specific error occurred while establishing \
         a connection to SQL Server."
    );
    record(cmdlet, "ProcessRecord", "OpenError", text)
}

/// A computer cannot be reached by RPC.
pub(super) fn rpc_unavailable(cmdlet: &str, computer: &str) -> Refusal {
    let text = format!(
        "Cannot read the services of computer \"{computer}\": The RPC server is unavailable. (Exception from \
         HRESULT: 0x800706BA)"
    );
    record(cmdlet, "ProcessRecord", "ResourceUnavailable", text)
}

/// The SQL server answers, and the database does not exist or does not take changes.
pub(super) fn store_closed(cmdlet: &str) -> Refusal {
    let text = "Cannot open database \"xds\" requested by the login. The login failed.";
    record(cmdlet, "ProcessRecord", "OpenError", text.to_owned())
}

/// The store answers, but its failover is not finished.
pub(super) fn not_fully_failed_over(cmdlet: &str, why: &str) -> Refusal {
    invalid(cmdlet, format!("Central Management Server is not fully failed over: {why}"))
}

/// A pool has no test users: the error id and the beginning of the text are documented, the rest is not.
pub(super) fn no_test_users(cmdlet: &str, pool: &PoolFqdn) -> Refusal {
    let text = format!("There is no test user assigned for [{pool}]. Check the test user configuration.");
    record(cmdlet, "NotFoundTestUsers", "ObjectNotFound", text)
}

/// Front End services of a pool do not answer (johnacook 2015-05-26).
pub(super) fn dcom(cmdlet: &str, pool: &PoolFqdn) -> Refusal {
    let text = format!(
        "Unable to connect to the servers in pool \"{pool}\" due to a Distributed Component Object Model (DCOM) \
         error. Verify that Front End service is running on servers in this pool. If the pool is set up for \
         load balancing, verify that load balancer is configured correctly."
    );
    record(cmdlet, "ProcessRecord", "InvalidResult", text)
}

/// TCP 9001 between the pools is blocked; comes after the hydration (johnacook 2015-05-26).
pub(super) fn no_interface(cmdlet: &str) -> Refusal {
    let text = "Could not find a compatible interface with the server.";
    record(cmdlet, "ProcessRecord", "InvalidResult", text.to_owned())
}

/// The account may not call it.
pub(super) fn denied(message: String) -> Refusal {
    Refusal { error_id: "AccessDenied".to_owned(), category: "PermissionDenied".to_owned(), message }
}

/// A refusal by the guard on the target.
pub(super) fn guard(id: &str, message: String) -> Refusal {
    Refusal { error_id: id.to_owned(), category: "ResourceUnavailable".to_owned(), message }
}

/// The same error in the language of a Korean server.
pub(super) fn localised(mut refusal: Refusal) -> Refusal {
    refusal.message = "명령을 실행하지 못했습니다. 자세한 내용은 로그 파일을 참조하십시오.".to_owned();
    refusal
}
