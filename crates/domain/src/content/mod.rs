//! Pages, posts, menus and redirects. Rule: content that exists is well formed: its blocks keep their schemas, its links
//! lead where a browser may go, and its HTML is safe.

mod blocks;
mod entry;
mod keys;
mod link;
mod menu;
mod publication;
mod redirect;

pub use blocks::{Block, Blocks, FormKind, GalleryImage, MOST_BLOCKS, MOST_BYTES};
pub use entry::{Content, EntryForm, EntryKind, label_key};
pub use link::Link;
pub use menu::{MOST_DEPTH, MOST_ITEMS, MenuItem, MenuItems, MenuTarget};
pub use publication::{Publication, Status};
pub use redirect::{Loop, RedirectPath, RedirectStatus, RedirectTarget, resolve};
