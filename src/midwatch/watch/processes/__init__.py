"""The processes of a running watch: each joins rooms and owns a loop, nothing else.

    intake     listens, follows files, writes the spool
    pipeline   reads the spool, detects, fills the lake, files alerts
    clock      pages people, watches the watch, tends the lake, sends the canary

They know each other only through the state folder. Any of them may be killed at any
moment and started again.
"""

from midwatch.watch.processes.clock import ClockProcess
from midwatch.watch.processes.intake import run_intake
from midwatch.watch.processes.pipeline import PipelineProcess

__all__ = ["ClockProcess", "PipelineProcess", "run_intake"]
