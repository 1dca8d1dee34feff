"""Work on what strangers give, in processes with limits: `pool` asks, `template` makes the processes.

Layers above call ``WORKERS.run(function, *arguments)``: a function of a module, with arguments and an answer
that pickle. Decision 0015 says why it is built so.
"""
