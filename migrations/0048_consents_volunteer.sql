-- What whoever asks to join a team agrees to.
insert into consent_texts (purpose, version, wording, wording_en, effective_from) values
    ('volunteer', 1,
     '为了组织志愿服务，本中心会记录我的姓名、电话、出生日期、会做什么、什么时候有空，以及我的志愿服务记录、培训和表彰（《志愿服务条例》第十九条）。由本中心的社工和我加入的队伍的队长使用；队长看不到完整的电话号码和身份证号。公开的页面上没有我的姓名；做了队长，只有名字（不带姓）写在队伍的公开页面上。我可以随时查看、更正、退出队伍，或者要求删除；已经开展的服务照样留有记录。未满18周岁的，由父母或其他监护人同意。',
     'To organise voluntary service the center keeps my name, phone number and date of birth, what I can do and when I am free, and records my service, training and commendations (Regulations on Voluntary Service, art. 19). The center''s social workers and the leader of the team I join use it; the leader sees neither the full phone number nor an ID number. My name is on no public page; if I lead a team, only my first name stands on the team''s public page. I can see it, correct it, leave the team or ask for erasure at any time; service already given stays on record. For anyone under 18 a parent or other guardian agrees.',
     '2026-01-01');
