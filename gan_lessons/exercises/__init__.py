"""Exercises that check themselves, and a quiz for each notebook: `gl.exercises.check("02.spread", spread)`."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "records": "Option Read Predict Build Repair Measure Explain Mistake",
    "checking": "check compare",
    "asked": "ask",
    "quiz_shown": "quiz",
    "chapter_progress": "progress",
    "judging": "judge Verdict",
    "learner": "Learner Wrong",
    "catalogue": "exercises",
    "nbgrader_format": "objection write_course",
    "answers": "",
    "shown": "",
    "questions": "",
    "chapters": "",
    "listing": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
