//! Laws of the domain that hold for every input, not only for the examples somebody thought of.

#[cfg(test)]
#[path = "properties/alerts.rs"]
mod alerts;
#[cfg(test)]
#[path = "properties/chain.rs"]
mod chain;
#[cfg(test)]
#[path = "properties/cooldown.rs"]
mod cooldown;
#[cfg(test)]
#[path = "properties/documents.rs"]
mod documents;
#[cfg(test)]
#[path = "properties/gate.rs"]
mod gate;
#[cfg(test)]
#[path = "properties/heartbeat.rs"]
mod heartbeat;
#[cfg(test)]
#[path = "properties/heartbeat_cases.rs"]
mod heartbeat_cases;
#[cfg(test)]
#[path = "properties/inputs.rs"]
mod inputs;
#[cfg(test)]
#[path = "properties/killswitch.rs"]
mod killswitch;
#[cfg(test)]
#[path = "properties/losses.rs"]
mod losses;
#[cfg(test)]
#[path = "properties/machine.rs"]
mod machine;
#[cfg(test)]
#[path = "properties/make.rs"]
mod make;
#[cfg(test)]
#[path = "properties/orders.rs"]
mod orders;
#[cfg(test)]
#[path = "properties/people.rs"]
mod people;
#[cfg(test)]
#[path = "properties/shares.rs"]
mod shares;
#[cfg(test)]
#[path = "properties/slippage.rs"]
mod slippage;
#[cfg(test)]
#[path = "properties/slippage_stats.rs"]
mod slippage_stats;
#[cfg(test)]
#[path = "properties/slippage_summary.rs"]
mod slippage_summary;
#[cfg(test)]
#[path = "properties/telling.rs"]
mod telling;
#[cfg(test)]
#[path = "properties/telling_opinion.rs"]
mod telling_opinion;
#[cfg(test)]
#[path = "properties/telling_store.rs"]
mod telling_store;
#[cfg(test)]
#[path = "properties/telling_world.rs"]
mod telling_world;
