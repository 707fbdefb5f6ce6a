//! Slippage: what was expected of a fill and what it came to, signed so that positive is adverse, in figures a desk reads.

pub mod aggregate;
pub mod apart;
pub mod figures;
pub mod fill;
pub mod fixed;
pub mod grade;
pub mod histogram;
pub mod line;
pub mod moments;
pub mod policy;
pub mod position;
pub mod quality;
pub mod quantile;
pub mod recent;
pub mod row;
pub mod sample;
pub mod select;
pub mod sketch;
pub mod summary;
pub mod tally;

pub use aggregate::Aggregate;
pub use figures::Figures;
pub use fill::{Facts, Fill};
pub use policy::Policy;
pub use position::Position;
pub use sample::Sample;
pub use select::{By, Selection};
pub use summary::{Groups, Summary};
pub use tally::{Tally, Totals};
