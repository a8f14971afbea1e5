"""Log files that grow, and folders into which log files are dropped."""

from midwatch.intake.following.dropped import DroppedFolder
from midwatch.intake.following.follower import Follower
from midwatch.intake.following.places import Overlap, Place, Places
from midwatch.intake.following.tail import Batch, Tail

__all__ = ["Batch", "DroppedFolder", "Follower", "Overlap", "Place", "Places", "Tail"]
