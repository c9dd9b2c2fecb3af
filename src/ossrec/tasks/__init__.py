"""Recording tasks, as others tell of them: imports, the recorder's REST interface, its callbacks.

task        one recording period, named by its recordid
fact        one thing that one source says of a task (`ossrec.model.TaskFact`)
state       one word for where a task is in its life, with the source that says so and the time
result      a callback that names a file that is complete
settle      to choose among the readings of an ambiguous name by what a task says
"""
