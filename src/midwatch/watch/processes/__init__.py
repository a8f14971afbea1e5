"""The processes of a running watch: each joins rooms and owns a loop, nothing else.

    intake     listens, follows files, writes the spool
    pipeline   reads the spool, detects, fills the lake, files alerts
    clock      pages people, watches the watch, tends the lake, sends the canary
    demo       sends the sample office's lines

They know each other only through the state folder. Any of them may be killed at any
moment and started again. Each is imported by its own name, so that no process pays for
another's parts.
"""
