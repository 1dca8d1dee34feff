"""First names that are common in the five languages and seldom anything else; lower case."""

from __future__ import annotations

_POLISH = """
adam adrian agata agnieszka aleksander aleksandra alicja andrzej aneta anna antoni artur barbara bartosz
beata bogdan bogusław bożena cezary czesław damian danuta dariusz dawid dominik dorota edward edyta
elżbieta emil ewa ewelina franciszek gabriela grażyna grzegorz halina hanna henryk irena iwona izabela
jacek jadwiga jakub jan janina janusz jarosław jerzy joanna jolanta józef julia justyna kamil karol
karolina katarzyna kazimierz konrad krystyna krzysztof łukasz maciej magdalena małgorzata marcin marek
maria mariola mariusz marta mateusz michał mieczysław mirosław monika natalia norbert oliwia patryk
paulina paweł piotr przemysław rafał renata robert ryszard sebastian stanisław stefan sylwia szymon
tadeusz teresa tomasz urszula wacław waldemar wanda weronika wiesław wiktor witold władysław wojciech
zbigniew zdzisław zofia zuzanna zygmunt
"""
_DANISH = """
anders andreas anja anne annette asger astrid bente birgit birgitte birthe bodil carsten christian
christina christoffer dorthe ellen emma erik flemming frederik freja gitte grete gunnar hanne hans
heidi helle henning henrik inge inger ingrid jakob jens jeppe jesper jette jørgen jørn karen karin kasper
katrine kirsten kirstine kristian lars lasse lene lise lone lotte louise mads magnus marianne martin
mathias merete mette mikkel mogens morten niels nikolaj ole palle peder peter pia poul rasmus rikke
sanne signe sofie søren steen sten susanne svend thomas tina torben troels trine ulla ulrik vibeke viggo
"""
_ITALIAN = """
alberto alessandra alessandro alessia alessio andrea angela angelo antonella antonio antonietta beatrice
bruno carla carlo caterina chiara claudia claudio cristina daniela daniele davide domenico efisio elena
elisa emanuele enrico fabio federica federico filippo francesca francesco franco gabriele giacomo
gianluca gianni giorgio giovanna giovanni giulia giuseppe giuseppina ignazio ilaria laura leonardo
lorenzo luca lucia luciano luigi luisa marco margherita mario massimo matteo maurizio michela michele
nicola paola paolo patrizia pietro pinuccia raffaele riccardo roberto salvatore sara serena sergio silvia
simona simone stefania stefano tommaso tonino valentina valeria vincenzo vittorio
"""
_ENGLISH = """
alexander alice amanda andrew ann barbara benjamin brian catherine charles charlotte christopher daniel
david deborah diana donald dorothy edward elizabeth emily emma eric frank gary george hannah harry helen
henry jack james jane jennifer jessica john jonathan joseph joshua karen kevin laura linda lisa margaret
mary matthew michael nancy nicholas oliver olivia patricia patrick paul peter rachel rebecca richard
robert ronald ryan samuel sarah sharon sophie stephanie stephen steven susan thomas timothy victoria
walter william
"""
_UKRAINIAN = """
анатолій андрій анна антон богдан борис вадим валентина валерій василь вікторія віктор віталій володимир
галина ганна григорій дарина денис дмитро євген іван ігор ірина катерина кирило ксенія лариса леся
людмила любов максим марина марія микита микола михайло назар наталія наталя оксана олег олександр
олександра олексій олена ольга павло петро роман руслан світлана сергій соломія софія степан тамара тарас
тетяна юлія юрій ярослав
"""
_OBLIQUE = """
anny annie adama andrzeja jana janem janowi marii marią piotra piotrem pawła pawłem tomasza tomaszem
krzysztofa krzysztofem stanisława stanisławem ewy ewą ewie barbary barbarą krystyny krystyną zofii zofią
marka markiem івана іваном марії марією олени оленою петра тараса оксани ольги
"""
"""Cases in which neighbours are spoken of."""

FIRST_NAMES = frozenset((_POLISH + _DANISH + _ITALIAN + _ENGLISH + _UKRAINIAN + _OBLIQUE).split())
