//! What looks across shops.
use crate::engine::Conn;
use crate::tx::Tx;
use domain::ids::TenantId;
/// x
pub struct InstallationTx<'c> { conn: &'c mut Conn, collided: &'c mut bool }
impl<'c> InstallationTx<'c> {
    pub(crate) fn new(conn: &'c mut Conn, collided: &'c mut bool) -> Self { Self { conn, collided } }
    /// x
    pub fn tenant(&mut self, t: TenantId) -> Tx<'_> { Tx::new(self.conn, t, self.collided) }
}
