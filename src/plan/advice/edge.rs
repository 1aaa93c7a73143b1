//! What is left about Edge pools: the way to a new next hop, and what a lost one carried.

use super::{entry, list};
use crate::{
    api::{Advice, AdviceTopic as Topic},
    lync::EdgeFqdn,
    plan::world::World,
};

/// What no cmdlet can see between an Edge pool and its next hop.
pub(super) fn edge_path(edges: &[&EdgeFqdn]) -> Advice {
    let edges = list(edges);
    entry(
        Topic::EdgePath,
        format!(
            "No cmdlet sees the way from {edges} to the next hop. See that each Edge server resolves the pool and its \
             servers (hosts file, perimeter DNS), that TCP 5061 is open in both directions and 8057, 5062, 443 and \
             UDP 3478 as before, that 4443 is open from the pool of the Central Management store, and that the \
             certificates chain. Then try a federated partner."
        ),
        Some("Test-CsFederatedPartner -TargetFqdn <edge pool> -Domain <partner>".to_owned()),
        "Gg398833",
    )
}

/// What an Edge pool carried that is lost. The topology document, as far as it is known, does not say which Edge
/// pool has a route, so the advice asks.
pub(super) fn after_edge_loss(world: &World<'_>, lost: &[&EdgeFqdn]) -> Vec<Advice> {
    let edges = list(lost);
    let is_living = |edge: &&EdgeFqdn| !lost.contains(edge);
    let to = world.topology.edges.keys().find(is_living).map_or("<living Edge pool>", EdgeFqdn::as_str);
    let look = "Get-CsSite shows that as FederationRoute and XmppFederationRoute";
    vec![
        entry(
            Topic::FederationRoute,
            format!(
                "{edges} does not answer. Sign-in from outside and inbound federation heal by DNS; outbound federation \
                 does not. If it carries the federation route ({look}): in Topology Builder, Edge pool, Edit \
                 Properties, clear \"Enable federation for this Edge pool (Port 5061)\" on it and set it on {to}; \
                 publish; then on each server of {to} run the deployment wizard, Setup or Remove Lync Server \
                 Components, Run Again. The command changes the route alone."
            ),
            Some(format!("Set-CsSite -Identity <site> -FederationRoute EdgeServer:{to}")),
            "JJ688071",
        ),
        entry(
            Topic::XmppRoute,
            format!(
                "If {edges} carries the XMPP route: Stop-CsWindowsService on every server of {to}; the command; \
                 point the external A record and the SRV record _xmpp-server._tcp.<domain> to {to}, port 5269 open; \
                 Start-CsWindowsService. The parameter is XmppFederationRoute; Microsoft's page prints another name."
            ),
            Some(format!("Set-CsSite -Identity <site> -XmppFederationRoute EdgeServer:{to}")),
            "JJ688065",
        ),
        entry(
            Topic::MediaAssociation,
            format!(
                "If a Front End pool that is alive uses {edges} for media: in Topology Builder, Front End pool, \
                 Associations, \"Associate Edge Pool (for media components)\", pick {to}; publish. When {edges} is back: \
                 start its services, undo federation, XMPP and this, in that order, and only then fail users of its \
                 site back (JJ721897)."
            ),
            None,
            "JJ688023",
        ),
    ]
}
