"""Recording tasks: the facts that imports, the recorder's REST interface and its callbacks report.

task        one recording period, identified by its recordid
fact        a statement of one source about a task (`ossrec.model.TaskFact`)
source      import, rest (calls of the recorder's REST interface) or callback
fold        derive the task from its facts
state       the stage of a task's life, with its source and time
result      a callback that reports a complete file
resolve     choose one reading of an ambiguous name by the task it belongs to
"""
